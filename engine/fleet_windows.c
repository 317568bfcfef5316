#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fleet_internal.h"

int sift_series_compare(struct sift_series a, struct sift_series b) {
  if (a.class_index != b.class_index) {
    return a.class_index < b.class_index ? -1 : 1;
  }
  uint32_t rule_a = a.rule + 1; /* 0 for the class itself */
  uint32_t rule_b = b.rule + 1;
  return (rule_a > rule_b) - (rule_a < rule_b);
}

static_assert((uint32_t)(SIFT_RULE_NONE + 1) == 0, "a class's own series comes first");

void sift_window_init(struct sift_window *window, struct sift_series series, int64_t start_s) {
  *window = (struct sift_window){.series = series, .start_s = start_s};
  sift_sketch_init(&window->spaces);
  sift_witnesses_init(&window->witnesses);
}

void sift_window_release(struct sift_window *window) {
  sift_sketch_release(&window->spaces);
  sift_witnesses_release(&window->witnesses);
}

int sift_window_compare(struct sift_series series, int64_t start_s, const struct sift_window *with) {
  int order = sift_series_compare(series, with->series);
  return order != 0 ? order : (start_s > with->start_s) - (start_s < with->start_s);
}

/* The first window not before (series, start_s). */
static size_t window_place(const struct sift_fleet *fleet, struct sift_series series, int64_t start_s) {
  size_t low = 0;
  size_t high = fleet->window_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sift_window_compare(series, start_s, &fleet->windows[middle]) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static enum sift_status reserve(struct sift_fleet *fleet, size_t count) {
  if (count <= fleet->window_capacity) {
    return SIFT_OK;
  }
  size_t capacity = fleet->window_capacity == 0 ? 64 : fleet->window_capacity;
  while (capacity < count) {
    capacity *= 2;
  }
  struct sift_window *windows = realloc(fleet->windows, capacity * sizeof *windows);
  if (windows == NULL) {
    return SIFT_ENOMEM;
  }
  fleet->windows = windows;
  fleet->window_capacity = capacity;
  return SIFT_OK;
}

/* Makes the series' oldest window give its room to a new one before `place`, which moves down by one. */
static void replace_oldest(struct sift_fleet *fleet, size_t oldest, size_t place) {
  sift_window_release(&fleet->windows[oldest]);
  memmove(&fleet->windows[oldest], &fleet->windows[oldest + 1], (place - oldest - 1) * sizeof fleet->windows[0]);
}

/* A new, empty window at `place`. NULL in *out where the series holds the most windows and all are newer. */
static enum sift_status new_window(struct sift_fleet *fleet, size_t place, struct sift_series series, int64_t start_s,
                                   struct sift_window **out) {
  size_t oldest = window_place(fleet, series, INT64_MIN);
  size_t end = window_place(fleet, series, INT64_MAX);
  *out = NULL;
  if (end - oldest >= SIFT_WINDOWS_MAX) {
    if (place == oldest) {
      return SIFT_OK;
    }
    assert(fleet->windows != NULL);
    replace_oldest(fleet, oldest, place);
    place--;
  } else {
    enum sift_status status = reserve(fleet, fleet->window_count + 1);
    if (status != SIFT_OK) {
      return status;
    }
    memmove(&fleet->windows[place + 1], &fleet->windows[place], (fleet->window_count - place) * sizeof fleet->windows[0]);
    fleet->window_count++;
  }
  *out = &fleet->windows[place];
  sift_window_init(*out, series, start_s);
  return SIFT_OK;
}

static int64_t window_start(int64_t time_ns) {
  const int64_t width_ns = SIFT_WINDOW_SECONDS * INT64_C(1000000000);
  int64_t index = time_ns / width_ns - (time_ns % width_ns < 0);
  return index * SIFT_WINDOW_SECONDS;
}

enum sift_status sift_fleet_strike(struct sift_fleet *fleet, const struct sift_strike *strike) {
  if (strike->time_ns == SIFT_TIME_NONE) {
    return SIFT_OK;
  }
  int64_t start_s = window_start(strike->time_ns);
  size_t place = window_place(fleet, strike->series, start_s);
  struct sift_window *window = place < fleet->window_count ? &fleet->windows[place] : NULL;
  enum sift_status status = SIFT_OK;
  if (window == NULL || sift_window_compare(strike->series, start_s, window) != 0) {
    status = new_window(fleet, place, strike->series, start_s, &window);
    if (status != SIFT_OK || window == NULL) {
      return status;
    }
  }
  status = sift_sketch_add(&window->spaces, strike->space_hash);
  return status == SIFT_OK ? sift_witnesses_add(&window->witnesses, strike->time_ns, strike->space, strike->text) : status;
}

/* Takes the windows of both lists from the last to the first, so that the newest of each series come first: what then is
 * beyond the cap is let go. `out` fills from its end. What ours hold moves there, theirs is copied. */
struct window_merge {
  struct sift_window *out;
  size_t room, count;
  struct sift_series series;
  size_t in_series;
};

static struct sift_window *push_front(struct window_merge *merge, struct sift_series series, int64_t start_s) {
  if (merge->count == 0 || sift_series_compare(merge->series, series) != 0) {
    merge->series = series;
    merge->in_series = 0;
  }
  if (merge->in_series == SIFT_WINDOWS_MAX) {
    return NULL;
  }
  merge->in_series++;
  merge->count++;
  struct sift_window *window = &merge->out[merge->room - merge->count];
  sift_window_init(window, series, start_s);
  return window;
}

static enum sift_status merge_window(struct window_merge *merge, struct sift_window *ours, const struct sift_window *theirs) {
  assert(ours != NULL || theirs != NULL);
  const struct sift_window *any = ours != NULL ? ours : theirs;
  struct sift_window *window = push_front(merge, any->series, any->start_s);
  if (ours != NULL) {
    if (window == NULL) {
      sift_window_release(ours);
    } else {
      *window = *ours;
    }
    sift_window_init(ours, ours->series, ours->start_s);
  }
  if (window == NULL || theirs == NULL) {
    return SIFT_OK;
  }
  enum sift_status status = sift_sketch_merge(&window->spaces, &theirs->spaces);
  return status == SIFT_OK ? sift_witnesses_merge(&window->witnesses, &theirs->witnesses) : status;
}

enum sift_status sift_fleet_merge_windows(struct sift_fleet *into, const struct sift_fleet *from) {
  if (from->window_count == 0) {
    return SIFT_OK;
  }
  struct window_merge merge = {.room = into->window_count + from->window_count};
  merge.out = malloc(merge.room * sizeof *merge.out);
  if (merge.out == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = SIFT_OK;
  size_t ours = into->window_count;
  size_t theirs = from->window_count;
  while (status == SIFT_OK && ours + theirs > 0) {
    struct sift_window *our = ours > 0 ? &into->windows[ours - 1] : NULL;
    const struct sift_window *their = theirs > 0 ? &from->windows[theirs - 1] : NULL;
    int order = our == NULL ? -1 : their == NULL ? 1 : sift_window_compare(our->series, our->start_s, their);
    status = merge_window(&merge, order >= 0 ? our : NULL, order <= 0 ? their : NULL);
    ours -= order >= 0;
    theirs -= order <= 0;
  }
  for (size_t i = 0; i < ours; i++) {
    sift_window_release(&into->windows[i]);
  }
  memmove(merge.out, merge.out + (merge.room - merge.count), merge.count * sizeof *merge.out);
  free(into->windows);
  into->windows = merge.out;
  into->window_count = merge.count;
  into->window_capacity = merge.room;
  return status;
}

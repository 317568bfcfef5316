#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fleet_internal.h"

static int compare_window(uint32_t class_index, int64_t start_s, const struct sift_window *with) {
  if (class_index != with->class_index) {
    return class_index < with->class_index ? -1 : 1;
  }
  return (start_s > with->start_s) - (start_s < with->start_s);
}

/* The first window not before (class_index, start_s). */
static size_t window_place(const struct sift_fleet *fleet, uint32_t class_index, int64_t start_s) {
  size_t low = 0;
  size_t high = fleet->window_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare_window(class_index, start_s, &fleet->windows[middle]) > 0) {
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

/* Makes the class's oldest window give its room to a new one before `place`, which moves down by one. */
static void replace_oldest(struct sift_fleet *fleet, size_t oldest, size_t place) {
  sift_sketch_release(&fleet->windows[oldest].spaces);
  memmove(&fleet->windows[oldest], &fleet->windows[oldest + 1], (place - oldest - 1) * sizeof fleet->windows[0]);
}

/* A new, empty window at `place`. NULL in *out where the class holds the most windows and all are newer. */
static enum sift_status new_window(struct sift_fleet *fleet, size_t place, uint32_t class_index, int64_t start_s,
                                   struct sift_window **out) {
  size_t oldest = window_place(fleet, class_index, INT64_MIN);
  size_t end = window_place(fleet, class_index + 1, INT64_MIN);
  *out = NULL;
  if (end - oldest >= SIFT_WINDOWS_MAX) {
    if (place == oldest) {
      return SIFT_OK;
    }
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
  **out = (struct sift_window){.class_index = class_index, .start_s = start_s};
  sift_sketch_init(&(*out)->spaces);
  return SIFT_OK;
}

static int64_t window_start(int64_t time_ns) {
  const int64_t width_ns = SIFT_WINDOW_SECONDS * INT64_C(1000000000);
  int64_t index = time_ns / width_ns - (time_ns % width_ns < 0);
  return index * SIFT_WINDOW_SECONDS;
}

/* What happened at no known time belongs to no window. */
enum sift_status sift_fleet_strike(struct sift_fleet *fleet, uint32_t class_index, int64_t time_ns, uint64_t space_hash) {
  if (time_ns == SIFT_TIME_NONE) {
    return SIFT_OK;
  }
  int64_t start_s = window_start(time_ns);
  size_t place = window_place(fleet, class_index, start_s);
  struct sift_window *window = place < fleet->window_count ? &fleet->windows[place] : NULL;
  if (window == NULL || compare_window(class_index, start_s, window) != 0) {
    enum sift_status status = new_window(fleet, place, class_index, start_s, &window);
    if (status != SIFT_OK || window == NULL) {
      return status;
    }
  }
  return sift_sketch_add(&window->spaces, space_hash);
}

/* Takes the windows of both lists from the last to the first, so that the newest of each class come first: what then is
 * beyond the cap is let go. `out` fills from its end. Our sketches move there, theirs are copied. */
struct window_merge {
  struct sift_window *out;
  size_t room, count;
  uint32_t class_index;
  size_t in_class;
};

static struct sift_window *push_front(struct window_merge *merge, uint32_t class_index, int64_t start_s) {
  if (merge->count == 0 || merge->class_index != class_index) {
    merge->class_index = class_index;
    merge->in_class = 0;
  }
  if (merge->in_class == SIFT_WINDOWS_MAX) {
    return NULL;
  }
  merge->in_class++;
  merge->count++;
  struct sift_window *window = &merge->out[merge->room - merge->count];
  *window = (struct sift_window){.class_index = class_index, .start_s = start_s};
  sift_sketch_init(&window->spaces);
  return window;
}

static enum sift_status merge_window(struct window_merge *merge, struct sift_window *ours, const struct sift_window *theirs) {
  assert(ours != NULL || theirs != NULL);
  const struct sift_window *any = ours != NULL ? ours : theirs;
  struct sift_window *window = push_front(merge, any->class_index, any->start_s);
  if (ours != NULL) {
    if (window == NULL) {
      sift_sketch_release(&ours->spaces);
    } else {
      window->spaces = ours->spaces;
    }
    sift_sketch_init(&ours->spaces);
  }
  return window != NULL && theirs != NULL ? sift_sketch_merge(&window->spaces, &theirs->spaces) : SIFT_OK;
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
    int order = our == NULL ? -1 : their == NULL ? 1 : compare_window(our->class_index, our->start_s, their);
    status = merge_window(&merge, order >= 0 ? our : NULL, order <= 0 ? their : NULL);
    ours -= order >= 0;
    theirs -= order <= 0;
  }
  for (size_t i = 0; i < ours; i++) {
    sift_sketch_release(&into->windows[i].spaces);
  }
  memmove(merge.out, merge.out + (merge.room - merge.count), merge.count * sizeof *merge.out);
  free(into->windows);
  into->windows = merge.out;
  into->window_count = merge.count;
  into->window_capacity = merge.room;
  return status;
}

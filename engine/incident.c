#include "engine/incident.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The rules, told to users in docs/report.md, "Incidents". */
enum {
  BASELINE_WINDOWS_MIN = 6, /* half an hour: a shorter span of the fleet's logs does not show what is usual */
  OPEN_SPACES_MIN = 5,      /* in one window and in all, whatever the baseline */
  OPEN_SIGMAS = 6,
  STAY_SIGMAS = 2,
  QUIET_WINDOWS_MAX = 1, /* within an incident: the second quiet window in a row ends it */
  MASS_SPACES_MIN = 10,
  HOUR_SECONDS = 3600,
};
static const double MASS_SHARE = 0.20;     /* of the fleet in one window: an incident, however usual */
static const double SHARE_MIN = 0.01;      /* of the fleet, by the whole incident; large fleets: at most the square root */
static const double MAD_TO_SIGMA = 1.4826; /* of normally distributed counts */

/* What a window is to an incident; from PART_OPEN on it opens one. */
enum part { PART_NONE, PART_STAY, PART_OPEN, PART_HOUR };

struct finder {
  struct sift_incidents *out;
  size_t capacity;
  double fleet_spaces;
  double spaces_min;         /* that an incident must have struck */
  size_t own_begin, own_end; /* incidents of the class's own series, by start, while those of its rules are found */
  size_t span_windows;       /* of the fleet, from the first window of any series to the last */
};

/* What is usual for a series, and from how many Spaces on a window opens an incident or belongs to one. */
struct limits {
  double baseline;
  double open, stay;
};

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, by_value);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* What the counts of a series' windows say is usual; `values` has room for `total`, and what is not given is zero: windows
 * that nothing struck. */
static struct limits find_limits(const struct finder *finder, double *values, size_t count, size_t total) {
  double mass = fmax(MASS_SPACES_MIN, MASS_SHARE * finder->fleet_spaces);
  if (total < BASELINE_WINDOWS_MIN) {
    return (struct limits){.baseline = 0, .open = mass, .stay = fmax(2, mass / 2)};
  }
  memset(values + count, 0, (total - count) * sizeof *values);
  double middle = median(values, total);
  for (size_t i = 0; i < total; i++) {
    values[i] = fabs(values[i] - middle);
  }
  /* Independent strikes are Poisson distributed, so their spread is never below the root of the median. */
  double sigma = fmax(MAD_TO_SIGMA * median(values, total), sqrt(middle));
  double usual = fmax(OPEN_SPACES_MIN, middle + OPEN_SIGMAS * sigma + 1);
  return (struct limits){
      .baseline = middle,
      .open = fmin(usual, mass),
      .stay = fmin(fmax(2, middle + STAY_SIGMAS * sigma + 1), mass),
  };
}

static enum sift_status reserve(struct finder *finder) {
  if (finder->out->count < finder->capacity) {
    return SIFT_OK;
  }
  size_t capacity = finder->capacity == 0 ? 8 : finder->capacity * 2;
  struct sift_incident *items = realloc(finder->out->items, capacity * sizeof *items);
  if (items == NULL) {
    return SIFT_ENOMEM;
  }
  finder->out->items = items;
  finder->capacity = capacity;
  return SIFT_OK;
}

static void forget(struct sift_incident *incident) {
  sift_sketch_release(&incident->struck);
  sift_witnesses_release(&incident->witnesses);
}

/* What the windows count, in all and at most. *worst_s: the start of the worst window, the first of several. */
static enum sift_status sum_up(struct sift_incident *incident, int64_t *worst_s) {
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < incident->window_count && status == SIFT_OK; i++) {
    const struct sift_window *window = &incident->windows[i];
    uint64_t spaces = sift_sketch_estimate(&window->spaces);
    if (spaces > incident->peak_spaces) {
      incident->peak_spaces = spaces;
      *worst_s = window->start_s;
    }
    status = sift_sketch_merge(&incident->struck, &window->spaces);
    if (status == SIFT_OK) {
      status = sift_witnesses_merge(&incident->witnesses, &window->witnesses);
    }
  }
  incident->spaces = sift_sketch_estimate(&incident->struck);
  return status;
}

/* Whether an incident of the class's own was under way. */
static bool is_told(const struct finder *finder, int64_t time_s) {
  size_t low = finder->own_begin;
  size_t high = finder->own_end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (finder->out->items[middle].start_s > time_s) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low > finder->own_begin && time_s < finder->out->items[low - 1].end_s;
}

/* Makes an incident of a run of windows, where it struck enough Spaces and is not told by its class's own. */
static enum sift_status add_run(struct finder *finder, const struct sift_window *windows, size_t count, double baseline) {
  enum sift_status status = reserve(finder);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_incident *incident = &finder->out->items[finder->out->count];
  *incident = (struct sift_incident){
      .series = windows[0].series,
      .start_s = windows[0].start_s,
      .end_s = windows[count - 1].start_s + SIFT_WINDOW_SECONDS,
      .baseline = baseline,
      .windows = windows,
      .window_count = count,
  };
  sift_sketch_init(&incident->struck);
  sift_witnesses_init(&incident->witnesses);
  int64_t worst_s = incident->start_s;
  status = sum_up(incident, &worst_s);
  incident->share = finder->fleet_spaces > 0 ? fmin(1, (double)incident->spaces / finder->fleet_spaces) : 0;
  bool told = incident->series.rule != SIFT_RULE_NONE && is_told(finder, worst_s);
  if (status != SIFT_OK || (double)incident->spaces < finder->spaces_min || told) {
    forget(incident);
    return status;
  }
  finder->out->count++;
  return SIFT_OK;
}

static size_t at_least(size_t a, size_t b) {
  return a > b ? a : b;
}

/* Each window by itself: finds the outbreak, and tells which windows belong to one. Returns the baseline. */
static double mark_windows(const struct finder *finder, const struct sift_window *windows, size_t count, enum part *parts) {
  double values[SIFT_WINDOWS_MAX];
  for (size_t i = 0; i < count; i++) {
    values[i] = (double)sift_sketch_estimate(&windows[i].spaces);
  }
  struct limits limits = find_limits(finder, values, count, at_least(finder->span_windows, count));
  for (size_t i = 0; i < count; i++) {
    double spaces = (double)sift_sketch_estimate(&windows[i].spaces);
    parts[i] = spaces >= limits.open ? PART_OPEN : spaces >= limits.stay ? PART_STAY : PART_NONE;
  }
  return limits.baseline;
}

/* The end of the hour that begins at windows[first], hours being cut at multiples of an hour less `shift_s`. */
static size_t hour_end(const struct sift_window *windows, size_t count, size_t first, int64_t shift_s) {
  int64_t hour = (windows[first].start_s + shift_s) / HOUR_SECONDS;
  size_t end = first + 1;
  while (end < count && (windows[end].start_s + shift_s) / HOUR_SECONDS == hour) {
    end++;
  }
  return end;
}

static enum sift_status count_hour(const struct sift_window *windows, size_t count, double *spaces) {
  struct sift_sketch hour;
  enum sift_status status = SIFT_OK;
  sift_sketch_init(&hour);
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    status = sift_sketch_merge(&hour, &windows[i].spaces);
  }
  *spaces = (double)sift_sketch_estimate(&hour);
  sift_sketch_release(&hour);
  return status;
}

static bool any_open(const enum part *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (parts[i] == PART_OPEN) {
      return true;
    }
  }
  return false;
}

/* Whole hours: finds what strikes too slowly to stand out in any five minutes; where something did, that is left as it is. */
static enum sift_status mark_hours(const struct finder *finder, const struct sift_window *windows, size_t count, int64_t shift_s,
                                   enum part *parts) {
  double values[SIFT_WINDOWS_MAX];
  double spaces[SIFT_WINDOWS_MAX];
  size_t hours = 0;
  enum sift_status status = SIFT_OK;
  for (size_t first = 0; first < count && status == SIFT_OK; first = hour_end(windows, count, first, shift_s)) {
    size_t end = hour_end(windows, count, first, shift_s);
    status = count_hour(&windows[first], end - first, &spaces[hours]);
    values[hours] = spaces[hours];
    hours++;
  }
  size_t total = at_least(finder->span_windows * SIFT_WINDOW_SECONDS / HOUR_SECONDS, hours);
  if (status != SIFT_OK || total < BASELINE_WINDOWS_MIN) {
    return status;
  }
  struct limits limits = find_limits(finder, values, hours, total);
  size_t hour = 0;
  size_t end = 0;
  for (size_t first = 0; first < count; first = end) {
    end = hour_end(windows, count, first, shift_s);
    bool outbreak = spaces[hour++] >= limits.open && !any_open(&parts[first], end - first);
    for (size_t i = first; i < end && outbreak; i++) {
      parts[i] = PART_HOUR;
    }
  }
  return SIFT_OK;
}

/* Whether two windows with nothing between them belong to one incident: no more than QUIET_WINDOWS_MAX apart, or less than
 * an hour where whole hours stand out. */
static bool near(const struct sift_window *a, const struct sift_window *b, bool hour) {
  const uint64_t reach_s = hour ? HOUR_SECONDS : (uint64_t)(QUIET_WINDOWS_MAX + 1) * SIFT_WINDOW_SECONDS;
  return (uint64_t)b->start_s - (uint64_t)a->start_s <= reach_s;
}

/* Hysteresis: a run is windows that belong to an outbreak, near one another, and it counts when one of them opens it. */
static enum sift_status find_runs(struct finder *finder, const struct sift_window *windows, size_t count) {
  enum part parts[SIFT_WINDOWS_MAX];
  double baseline = mark_windows(finder, windows, count, parts);
  enum sift_status status = mark_hours(finder, windows, count, 0, parts);
  if (status == SIFT_OK) {
    status = mark_hours(finder, windows, count, HOUR_SECONDS / 2, parts);
  }
  size_t first = count;
  size_t last = 0;
  bool opened = false;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    if (parts[i] == PART_NONE) {
      continue;
    }
    if (first < count && !near(&windows[last], &windows[i], parts[last] == PART_HOUR && parts[i] == PART_HOUR)) {
      status = opened ? add_run(finder, &windows[first], last - first + 1, baseline) : SIFT_OK;
      first = count;
    }
    if (first == count) {
      first = i;
      opened = false;
    }
    last = i;
    opened = opened || parts[i] >= PART_OPEN;
  }
  return status == SIFT_OK && first < count && opened ? add_run(finder, &windows[first], last - first + 1, baseline) : status;
}

static size_t span_windows(const struct sift_fleet *fleet) {
  if (fleet->window_count == 0) {
    return 0;
  }
  int64_t first_s = INT64_MAX;
  int64_t last_s = INT64_MIN;
  for (size_t i = 0; i < fleet->window_count; i++) {
    int64_t start_s = fleet->windows[i].start_s;
    first_s = start_s < first_s ? start_s : first_s;
    last_s = start_s > last_s ? start_s : last_s;
  }
  /* Unsigned: a state may claim any times. */
  uint64_t windows = ((uint64_t)last_s - (uint64_t)first_s) / SIFT_WINDOW_SECONDS + 1;
  return windows < SIFT_WINDOWS_MAX ? (size_t)windows : SIFT_WINDOWS_MAX;
}

static int worst_first(const void *a, const void *b) {
  const struct sift_incident *x = a;
  const struct sift_incident *y = b;
  if (x->spaces != y->spaces) {
    return x->spaces > y->spaces ? -1 : 1;
  }
  if (x->start_s != y->start_s) {
    return x->start_s < y->start_s ? -1 : 1;
  }
  return sift_series_compare(x->series, y->series);
}

static int by_series_and_start(const void *a, const void *b, void *context) {
  const struct sift_incident *items = context;
  const struct sift_incident *x = &items[*(const size_t *)a];
  const struct sift_incident *y = &items[*(const size_t *)b];
  int order = sift_series_compare(x->series, y->series);
  return order != 0 ? order : (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static enum sift_status order_all(struct sift_incidents *incidents) {
  if (incidents->count == 0) {
    return SIFT_OK;
  }
  incidents->by_start = malloc(incidents->count * sizeof *incidents->by_start);
  if (incidents->by_start == NULL) {
    return SIFT_ENOMEM;
  }
  qsort(incidents->items, incidents->count, sizeof incidents->items[0], worst_first);
  for (size_t i = 0; i < incidents->count; i++) {
    incidents->by_start[i] = i;
  }
  qsort_r(incidents->by_start, incidents->count, sizeof incidents->by_start[0], by_series_and_start, incidents->items);
  return SIFT_OK;
}

static bool is_watched(const struct sift_ruleset *ruleset, struct sift_series series) {
  if (series.rule == SIFT_RULE_NONE) {
    return series.class_index < ruleset->class_count && ruleset->classes[series.class_index].incident;
  }
  const struct sift_rule *rule = series.rule < ruleset->rule_count ? &ruleset->rules[series.rule] : NULL;
  return rule != NULL && rule->incident && rule->class_index == series.class_index;
}

enum sift_status sift_incidents_find(struct sift_incidents *out, const struct sift_ruleset *ruleset, const struct sift_fleet *fleet,
                                     uint64_t space_count) {
  *out = (struct sift_incidents){0};
  double spaces = (double)space_count;
  struct finder finder = {
      .out = out,
      .fleet_spaces = spaces,
      .spaces_min = fmax(OPEN_SPACES_MIN, fmin(SHARE_MIN * spaces, sqrt(spaces))),
      .span_windows = span_windows(fleet),
  };
  enum sift_status status = SIFT_OK;
  size_t end = 0;
  for (size_t begin = 0; begin < fleet->window_count && status == SIFT_OK; begin = end) {
    struct sift_series series = fleet->windows[begin].series;
    while (end < fleet->window_count && end - begin < SIFT_WINDOWS_MAX &&
           sift_series_compare(fleet->windows[end].series, series) == 0) {
      end++;
    }
    if (begin == 0 || fleet->windows[begin - 1].series.class_index != series.class_index) {
      finder.own_begin = out->count;
      finder.own_end = out->count;
    }
    if (is_watched(ruleset, series)) {
      status = find_runs(&finder, &fleet->windows[begin], end - begin);
    }
    finder.own_end = series.rule == SIFT_RULE_NONE ? out->count : finder.own_end;
  }
  status = status == SIFT_OK ? order_all(out) : status;
  if (status != SIFT_OK) {
    sift_incidents_release(out);
  }
  return status;
}

void sift_incidents_release(struct sift_incidents *incidents) {
  for (size_t i = 0; i < incidents->count; i++) {
    forget(&incidents->items[i]);
  }
  free(incidents->items);
  free(incidents->by_start);
  *incidents = (struct sift_incidents){0};
}

/* Incidents of one series never overlap: the last one that began by then is the only candidate. */
const struct sift_incident *sift_incidents_at(const struct sift_incidents *incidents, struct sift_series series, int64_t time_ns) {
  if (time_ns == SIFT_TIME_NONE) {
    return NULL;
  }
  int64_t time_s = time_ns / 1000000000 - (time_ns % 1000000000 < 0);
  size_t low = 0;
  size_t high = incidents->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct sift_incident *incident = &incidents->items[incidents->by_start[middle]];
    int order = sift_series_compare(incident->series, series);
    if (order > 0 || (order == 0 && incident->start_s > time_s)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const struct sift_incident *incident = low > 0 ? &incidents->items[incidents->by_start[low - 1]] : NULL;
  bool falls = incident != NULL && sift_series_compare(incident->series, series) == 0 && time_s < incident->end_s;
  return falls ? incident : NULL;
}

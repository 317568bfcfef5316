#include "tools/spacesift/fleet_text.h"

#include <stdlib.h>

#include "engine/stamp.h"

enum {
  TIME_BYTES = 36,
  BAR_COLUMNS = 30,
  COUNT_COLUMNS = 11,
  CLASSES_MAX = 12, /* listed */
  DAMAGES_MAX = 20, /* listed */
  SPARKS_MAX = 72,  /* columns of a course in time */
  TITLE_BYTES_MAX = 1024,
};

static void put_heading(struct sift_text *text, const char *heading) {
  sift_text_put(text, "\n");
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_put(text, heading);
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
}

static void put_number(struct sift_text *text, uint64_t value, const char *one, const char *many) {
  char number[SIFT_NUMBER_BYTES];
  sift_text_format(text, "%s %s", sift_text_number(number, value), value == 1 ? one : many);
}

/* What took less time says nothing of the rate. */
static const double RATE_SECONDS_MIN = 0.01;

static void put_bytes(struct sift_text *text, uint64_t bytes) {
  char number[SIFT_NUMBER_BYTES];
  sift_text_put(text, sift_text_bytes(number, bytes));
}

void sift_text_totals(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_census *census,
                      const struct sift_summary *summary, double seconds) {
  const struct sift_fleet *fleet = &census->fleet;
  sift_text_style(text, SIFT_STYLE_BOLD);
  if (summary->spaces == 0 && fleet->lines > 0) {
    sift_text_put(text, "Logs that name no Space: all is told under \"-\"");
  } else {
    put_number(text, summary->spaces, "Space", "Spaces");
    sift_text_put(text, ", of which ");
    put_number(text, summary->need_someone, "needs someone", "need someone");
  }
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n  ");
  put_number(text, fleet->shards, "shard", "shards");
  sift_text_put(text, ", ");
  put_number(text, fleet->lines, "line", "lines");
  sift_text_put(text, ", ");
  put_bytes(text, fleet->bytes);
  sift_text_put(text, " of logs (");
  put_bytes(text, fleet->compressed_bytes);
  sift_text_put(text, " on disk), ");
  put_number(text, fleet->hits, "hit", "hits");
  if (seconds >= RATE_SECONDS_MIN) {
    sift_text_format(text, ", read in %.1f s: ", seconds);
    put_bytes(text, (uint64_t)((double)fleet->bytes / seconds));
    sift_text_put(text, "/s");
  }
  sift_text_put(text, "\n  rules ");
  sift_text_safe(text, sift_span_of(ruleset->name), SIZE_MAX);
  sift_text_put(text, " ");
  sift_text_safe(text, sift_span_of(ruleset->version), SIZE_MAX);
  char time[TIME_BYTES];
  if (sift_stamp_format(census->now_ns, time) > 0) {
    sift_text_format(text, ", as of %s", time);
  }
  sift_text_put(text, "\n");
  uint64_t overflow = sift_sketch_estimate(&fleet->overflow);
  if (overflow > 0) {
    sift_text_put(text, "  about ");
    put_number(text, overflow, "Space", "Spaces");
    sift_text_put(text, " over the limit are not told apart: see --spaces-max\n");
  }
}

static void put_count_and_bar(struct sift_text *text, uint64_t count, uint64_t total, uint64_t most) {
  char number[SIFT_NUMBER_BYTES];
  sift_text_format(text, "%*s %6.1f %%  ", COUNT_COLUMNS, sift_text_number(number, count),
                   total > 0 ? 100.0 * (double)count / (double)total : 0);
  static const char *const eighths[] = {"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  unsigned units = most > 0 ? (unsigned)((double)count / (double)most * BAR_COLUMNS * 8) : 0;
  for (; units >= 8; units -= 8) {
    sift_text_put(text, eighths[7]);
  }
  sift_text_put(text, units > 0 ? eighths[units - 1] : "");
  sift_text_put(text, "\n");
}

static size_t longest_verdict(const struct sift_summary *summary) {
  size_t longest = 0;
  for (size_t i = 0; i < summary->verdict_count; i++) {
    size_t len = strlen(summary->verdicts[i]);
    longest = len > longest ? len : longest;
  }
  return longest;
}

void sift_text_verdicts(struct sift_text *text, const struct sift_summary *summary) {
  uint64_t most = 0;
  for (size_t i = 0; i < summary->verdict_count; i++) {
    most = summary->verdict_counts[i] > most ? summary->verdict_counts[i] : most;
  }
  if (most == 0) {
    return;
  }
  put_heading(text, "Spaces by verdict");
  size_t columns = longest_verdict(summary);
  for (size_t i = 0; i < summary->verdict_count; i++) {
    enum sift_severity severity = summary->verdict_severities[i];
    sift_text_put(text, "  ");
    sift_text_style(text, sift_text_severity_style(severity));
    sift_text_format(text, "%-8s", sift_severity_name(severity));
    sift_text_style(text, SIFT_STYLE_PLAIN);
    sift_text_column(text, sift_span_of(summary->verdicts[i]), columns);
    put_count_and_bar(text, summary->verdict_counts[i], summary->spaces, most);
  }
}

static int most_first(const void *a, const void *b, void *context) {
  const uint64_t *spaces = context;
  size_t x = *(const size_t *)a;
  size_t y = *(const size_t *)b;
  if (spaces[x] != spaces[y]) {
    return spaces[x] > spaces[y] ? -1 : 1;
  }
  return x < y ? -1 : 1;
}

static void put_class(struct sift_text *text, const struct sift_class *class, uint64_t spaces, size_t columns, unsigned width) {
  char number[SIFT_NUMBER_BYTES];
  sift_text_put(text, "  ");
  sift_text_column(text, sift_span_of(class->id), columns);
  sift_text_format(text, "%*s  ", COUNT_COLUMNS, sift_text_number(number, spaces));
  size_t taken = 4 + columns + COUNT_COLUMNS;
  sift_text_safe(text, sift_span_of(class->title), width > taken ? width - taken : 1);
  sift_text_put(text, "\n");
}

enum sift_status sift_text_classes(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_summary *summary,
                                   unsigned width) {
  size_t *order = malloc((summary->class_count + 1) * sizeof *order);
  if (order == NULL) {
    return SIFT_ENOMEM;
  }
  size_t count = 0;
  for (size_t i = 0; i < summary->class_count; i++) {
    if (summary->class_spaces[i] > 0) {
      order[count++] = i;
    }
  }
  qsort_r(order, count, sizeof *order, most_first, summary->class_spaces);
  size_t listed = count < CLASSES_MAX ? count : CLASSES_MAX;
  size_t columns = 0;
  for (size_t i = 0; i < listed; i++) {
    size_t len = strlen(ruleset->classes[order[i]].id);
    columns = len > columns ? len : columns;
  }
  if (count > 0) {
    put_heading(text, "Spaces with evidence, by class");
  }
  for (size_t i = 0; i < listed; i++) {
    put_class(text, &ruleset->classes[order[i]], summary->class_spaces[order[i]], columns, width);
  }
  if (count > listed) {
    sift_text_format(text, "  and %zu more classes\n", count - listed);
  }
  free(order);
  return SIFT_OK;
}

void sift_text_damage(struct sift_text *text, const struct sift_fleet *fleet, unsigned width) {
  uint64_t damages = 0;
  uint64_t reasons = 0;
  for (enum sift_reason reason = 0; reason < SIFT_REASONS; reason++) {
    reasons += fleet->reasons[reason];
    damages += sift_reason_is_damage(reason) ? fleet->reasons[reason] : 0;
  }
  if (reasons == 0) {
    return;
  }
  put_heading(text, damages > 0 ? "Damaged or incomplete input" : "Of note in the input");
  for (enum sift_reason reason = 0; reason < SIFT_REASONS; reason++) {
    char number[SIFT_NUMBER_BYTES];
    if (fleet->reasons[reason] > 0) {
      sift_text_format(text, "%*s  %-17s", COUNT_COLUMNS, sift_text_number(number, fleet->reasons[reason]),
                       sift_reason_name(reason));
      sift_text_safe(text, sift_span_of(sift_reason_text(reason)), width > 31 ? width - 31 : 1);
      sift_text_put(text, "\n");
    }
  }
  size_t listed = fleet->damage_count < DAMAGES_MAX ? fleet->damage_count : DAMAGES_MAX;
  for (size_t i = 0; i < listed; i++) {
    const struct sift_damage *damage = &fleet->damages[i];
    sift_text_put(text, "  ");
    sift_text_safe(text, sift_span_of(damage->source), SIZE_MAX);
    sift_text_format(text, " byte %llu: %s\n", (unsigned long long)damage->offset, sift_reason_name(damage->reason));
  }
  if (damages > listed) {
    char number[SIFT_NUMBER_BYTES];
    sift_text_format(text, "  and %s more places\n", sift_text_number(number, damages - listed));
  }
}

/* The most Spaces of a window in each of `columns` equal parts of the incident's time. */
static void put_sparks(struct sift_text *text, const struct sift_incident *incident, unsigned width) {
  static const char *const sparks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  uint64_t peaks[SPARKS_MAX] = {0};
  uint64_t slots = (uint64_t)(incident->end_s - incident->start_s) / SIFT_WINDOW_SECONDS;
  uint64_t columns = width > 8 && width - 8 < SPARKS_MAX ? width - 8 : SPARKS_MAX;
  columns = slots < columns ? slots : columns;
  for (size_t i = 0; i < incident->window_count; i++) {
    uint64_t slot = (uint64_t)(incident->windows[i].start_s - incident->start_s) / SIFT_WINDOW_SECONDS;
    uint64_t spaces = sift_sketch_estimate(&incident->windows[i].spaces);
    uint64_t *peak = &peaks[slot * columns / slots];
    *peak = spaces > *peak ? spaces : *peak;
  }
  sift_text_put(text, "    ");
  for (uint64_t i = 0; i < columns; i++) {
    sift_text_put(text, peaks[i] == 0 ? " " : sparks[(peaks[i] * 8 - 1) / incident->peak_spaces]);
  }
  sift_text_put(text, "\n");
}

/* Who was struck first, and by what. */
static void put_first(struct sift_text *text, const struct sift_witness *witness, unsigned width) {
  char time[TIME_BYTES];
  bool dated = sift_stamp_format(witness->time_ns, time) > 0;
  sift_text_put(text, "    first  ");
  sift_text_safe(text, sift_witness_space(witness), SIZE_MAX);
  sift_text_format(text, "%s%s\n", dated ? ", " : "", dated ? time : "");
  sift_text_put(text, "    line   ");
  const size_t taken = strlen("    line   ");
  sift_text_safe(text, sift_witness_text(witness), width > taken ? width - taken : 1);
  sift_text_put(text, "\n");
}

static void put_minute(struct sift_text *text, int64_t time_s) {
  char time[TIME_BYTES];
  sift_stamp_format(time_s * 1000000000, time);
  sift_text_format(text, "%.10s %.5s", time, time + 11);
}

static void put_incident(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_incident *incident,
                         unsigned width) {
  char title[TITLE_BYTES_MAX];
  sift_incident_title(title, sizeof title, ruleset, incident);
  sift_text_put(text, "  ");
  sift_text_style(text, SIFT_STYLE_RED);
  size_t taken = 4 + sift_text_safe(text, sift_span_of(ruleset->classes[incident->series.class_index].id), SIZE_MAX);
  if (incident->series.rule != SIFT_RULE_NONE) {
    sift_text_put(text, ", ");
    taken += 2 + sift_text_safe(text, sift_span_of(ruleset->rules[incident->series.rule].id), SIZE_MAX);
  }
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "  ");
  sift_text_safe(text, sift_span_of(title), width > taken ? width - taken : 1);
  sift_text_put(text, "\n    ");
  put_minute(text, incident->start_s);
  sift_text_put(text, " to ");
  put_minute(text, incident->end_s);
  sift_text_put(text, " UTC: ");
  put_number(text, incident->spaces, "Space", "Spaces");
  sift_text_format(text, ", %.1f %% of the fleet; at most ", 100 * incident->share);
  put_number(text, incident->peak_spaces, "Space", "Spaces");
  sift_text_format(text, " in 5 minutes, usual are %.0f\n", incident->baseline);
  put_sparks(text, incident, width);
  if (incident->witnesses.count > 0) {
    put_first(text, &incident->witnesses.items[0], width);
  }
}

void sift_text_incidents(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_incidents *incidents,
                         unsigned width) {
  if (incidents->count == 0) {
    return;
  }
  put_heading(text, "Incidents");
  for (size_t i = 0; i < incidents->count; i++) {
    put_incident(text, ruleset, &incidents->items[i], width);
  }
}

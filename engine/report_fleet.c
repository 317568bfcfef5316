/* The objects of docs/report.schema.json that tell of the whole fleet. */
#include <stdio.h>

#include "engine/report_internal.h"

enum { TITLE_BYTES_MAX = 1024 };

void sift_json_put_seconds(struct sift_json *json, const char *key, int64_t time_s) {
  sift_json_key(json, key);
  bool fits = time_s > INT64_MIN / 1000000000 && time_s < INT64_MAX / 1000000000;
  sift_json_time(json, fits ? time_s * 1000000000 : SIFT_TIME_NONE);
}

void sift_incident_title(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_incident *incident) {
  bool phrase = incident->series.rule != SIFT_RULE_NONE;
  if (phrase) {
    sift_report_fill(out, size, ruleset->rules[incident->series.rule].title, NULL, NULL);
  } else {
    snprintf(out, size, "%s", ruleset->classes[incident->series.class_index].title);
  }
}

void sift_json_put_series(struct sift_json *json, const struct sift_ruleset *ruleset, struct sift_series series) {
  sift_json_put_text(json, "class", ruleset->classes[series.class_index].id);
  sift_json_put_text_or_null(json, "rule", series.rule != SIFT_RULE_NONE ? ruleset->rules[series.rule].id : "");
}

static void put_witness(struct sift_json *json, const struct sift_witness *witness, bool text) {
  sift_json_open(json, '{');
  sift_json_key(json, "space");
  sift_json_string(json, sift_witness_space(witness));
  sift_json_key(json, "time");
  sift_json_time(json, witness->time_ns);
  if (text) {
    sift_json_key(json, "text");
    sift_json_string(json, sift_witness_text(witness));
  }
  sift_json_close(json, '}');
}

/* The first Space, then the lines of the first few. */
static void put_witnesses(struct sift_json *json, const struct sift_witnesses *witnesses) {
  sift_json_key(json, "first");
  if (witnesses->count > 0) {
    put_witness(json, &witnesses->items[0], false);
  } else {
    sift_json_null(json);
  }
  sift_json_key(json, "samples");
  sift_json_open(json, '[');
  for (uint32_t i = 0; i < witnesses->count; i++) {
    put_witness(json, &witnesses->items[i], true);
  }
  sift_json_close(json, ']');
}

void sift_report_incident(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_incident *incident) {
  char title[TITLE_BYTES_MAX];
  sift_incident_title(title, sizeof title, ruleset, incident);
  sift_json_open(json, '{');
  sift_json_put_text(json, "type", "incident");
  sift_json_put_series(json, ruleset, incident->series);
  sift_json_put_text(json, "title", title);
  sift_json_put_seconds(json, "start", incident->start_s);
  sift_json_put_seconds(json, "end", incident->end_s);
  sift_json_put_count(json, "spaces", incident->spaces);
  sift_json_put_count(json, "peak_spaces", incident->peak_spaces);
  sift_json_key(json, "baseline");
  sift_json_double(json, incident->baseline);
  sift_json_key(json, "share");
  sift_json_double(json, incident->share);
  put_witnesses(json, &incident->witnesses);
  sift_json_key(json, "windows");
  sift_json_open(json, '[');
  for (size_t i = 0; i < incident->window_count; i++) {
    sift_json_open(json, '{');
    sift_json_put_seconds(json, "start", incident->windows[i].start_s);
    sift_json_put_count(json, "spaces", sift_sketch_estimate(&incident->windows[i].spaces));
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

static void put_verdicts(struct sift_json *json, const struct sift_summary *summary) {
  sift_json_key(json, "verdicts");
  sift_json_open(json, '[');
  for (size_t i = 0; i < summary->verdict_count; i++) {
    sift_json_open(json, '{');
    sift_json_put_text(json, "verdict", summary->verdicts[i]);
    sift_json_put_text(json, "severity", sift_severity_name(summary->verdict_severities[i]));
    sift_json_put_count(json, "spaces", summary->verdict_counts[i]);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
}

static void put_classes(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_summary *summary) {
  sift_json_key(json, "classes");
  sift_json_open(json, '[');
  for (size_t i = 0; i < summary->class_count; i++) {
    if (summary->class_spaces[i] > 0) {
      sift_json_open(json, '{');
      sift_json_put_text(json, "class", ruleset->classes[i].id);
      sift_json_put_text(json, "title", ruleset->classes[i].title);
      sift_json_put_count(json, "spaces", summary->class_spaces[i]);
      sift_json_close(json, '}');
    }
  }
  sift_json_close(json, ']');
}

static void put_damage(struct sift_json *json, const struct sift_fleet *fleet) {
  sift_json_key(json, "reasons");
  sift_json_open(json, '{');
  for (enum sift_reason reason = 0; reason < SIFT_REASONS; reason++) {
    if (fleet->reasons[reason] > 0) {
      sift_json_put_count(json, sift_reason_name(reason), fleet->reasons[reason]);
    }
  }
  sift_json_close(json, '}');
  sift_json_key(json, "damages");
  sift_json_open(json, '[');
  for (size_t i = 0; i < fleet->damage_count; i++) {
    const struct sift_damage *damage = &fleet->damages[i];
    sift_json_open(json, '{');
    sift_json_put_text(json, "source", damage->source);
    sift_json_put_count(json, "offset", damage->offset);
    sift_json_put_text(json, "reason", sift_reason_name(damage->reason));
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
}

void sift_report_summary(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_summary *summary,
                         const struct sift_fleet *fleet, int64_t now_ns) {
  sift_json_open(json, '{');
  sift_json_put_text(json, "type", "summary");
  sift_json_key(json, "ruleset");
  sift_json_open(json, '{');
  sift_json_put_text(json, "name", ruleset->name);
  sift_json_put_text(json, "version", ruleset->version);
  sift_json_put_text(json, "hash", ruleset->hash_text);
  sift_json_close(json, '}');
  sift_json_key(json, "now");
  sift_json_time(json, now_ns);
  sift_json_put_count(json, "spaces", summary->spaces);
  sift_json_put_count(json, "need_someone", summary->need_someone);
  sift_json_put_count(json, "overflow_spaces", sift_sketch_estimate(&fleet->overflow));
  sift_json_put_count(json, "shards", fleet->shards);
  sift_json_put_count(json, "lines", fleet->lines);
  sift_json_put_count(json, "bytes", fleet->bytes);
  sift_json_put_count(json, "compressed_bytes", fleet->compressed_bytes);
  sift_json_put_count(json, "hits", fleet->hits);
  sift_json_put_count(json, "records_dropped", fleet->records_dropped);
  put_verdicts(json, summary);
  put_classes(json, ruleset, summary);
  put_damage(json, fleet);
  sift_json_close(json, '}');
}

/* The objects of docs/report.schema.json that tell of the whole fleet. */
#include "engine/report_internal.h"

void sift_json_put_seconds(struct sift_json *json, const char *key, int64_t time_s) {
  sift_json_key(json, key);
  bool fits = time_s > INT64_MIN / 1000000000 && time_s < INT64_MAX / 1000000000;
  sift_json_time(json, fits ? time_s * 1000000000 : SIFT_TIME_NONE);
}

void sift_report_incident(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_incident *incident) {
  const struct sift_class *class = &ruleset->classes[incident->class_index];
  sift_json_open(json, '{');
  sift_json_put_text(json, "type", "incident");
  sift_json_put_text(json, "class", class->id);
  sift_json_put_text(json, "title", class->title);
  sift_json_put_seconds(json, "start", incident->start_s);
  sift_json_put_seconds(json, "end", incident->end_s);
  sift_json_put_count(json, "spaces", incident->spaces);
  sift_json_put_count(json, "peak_spaces", incident->peak_spaces);
  sift_json_key(json, "baseline");
  sift_json_double(json, incident->baseline);
  sift_json_key(json, "share");
  sift_json_double(json, incident->share);
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

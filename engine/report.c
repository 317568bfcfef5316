/* The objects of docs/report.schema.json that tell of one Space. */
#include "engine/report_internal.h"

enum { TEXT_BYTES_MAX = 1024 };

static void put_instant(struct sift_json *json, const char *key, const struct sift_instant *instant) {
  sift_json_key(json, key);
  sift_json_open(json, '{');
  sift_json_key(json, "time");
  sift_json_time(json, instant->time_ns);
  sift_json_put_text(json, "source", instant->source);
  sift_json_put_count(json, "offset", instant->offset);
  sift_json_close(json, '}');
}

static void put_sample(struct sift_json *json, const struct sift_rule *rule, const struct sift_evidence *evidence) {
  const struct sift_sample *sample = &evidence->sample;
  sift_json_key(json, "sample");
  sift_json_open(json, '{');
  sift_json_key(json, "text");
  sift_json_string(json, sift_sample_text(sample));
  sift_json_put_text(json, "source", evidence->last.source);
  sift_json_put_count(json, "offset", evidence->last.offset);
  sift_json_key(json, "line");
  if (sample->line > 0) {
    sift_json_unsigned(json, sample->line);
  } else {
    sift_json_null(json);
  }
  sift_json_key(json, "fields");
  sift_json_open(json, '{');
  for (size_t i = 0; i < rule->captures.count; i++) {
    struct sift_span value = sift_sample_field(sample, (uint32_t)i);
    if (value.len > 0) {
      sift_json_key(json, rule->captures.items[i].data);
      sift_json_string(json, value);
    }
  }
  sift_json_close(json, '}');
  sift_json_close(json, '}');
}

/* One object a rule: `demoted` is the rule's demoted evidence where that stands beside `evidence`, else NULL. */
static void put_evidence(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_evidence *evidence,
                         const struct sift_evidence *demoted) {
  const struct sift_rule *rule = &ruleset->rules[evidence->rule];
  uint64_t demoted_count = evidence->demoted ? evidence->count : demoted != NULL ? demoted->count : 0;
  sift_json_open(json, '{');
  sift_json_put_text(json, "rule", rule->id);
  sift_json_put_text(json, "class", ruleset->classes[rule->class_index].id);
  sift_json_put_text(json, "severity", sift_severity_name(rule->severity));
  sift_json_put_count(json, "count", evidence->count + (demoted != NULL ? demoted->count : 0));
  sift_json_put_count(json, "demoted", demoted_count);
  put_instant(json, "first", &evidence->first);
  put_instant(json, "last", &evidence->last);
  put_sample(json, rule, evidence);
  sift_json_close(json, '}');
}

/* The rule's demoted evidence, which follows its undemoted one in a sorted Space. */
static const struct sift_evidence *demoted_of(const struct sift_space *space, const struct sift_evidence *evidence) {
  const struct sift_evidence *next = evidence + 1;
  bool pair = !evidence->demoted && next < space->evidence + space->evidence_count && next->rule == evidence->rule;
  return pair ? next : NULL;
}

static bool is_listed(const struct sift_verdict *verdict, const struct sift_evidence *evidence) {
  for (size_t i = 0; i < verdict->current_count; i++) {
    if (verdict->current[i] == evidence) {
      return true;
    }
  }
  return false;
}

/* What belongs to the attempt (or, for `current` false, does not), one object a rule, in order of rule. */
static void put_others(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_space *space,
                       const struct sift_verdict *verdict, bool current) {
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    const struct sift_evidence *demoted = demoted_of(space, evidence);
    bool mark = ruleset->rules[evidence->rule].mark != SIFT_MARK_NONE;
    if (!mark && sift_attempt_holds(&verdict->attempt, ruleset, evidence) == current && !is_listed(verdict, evidence)) {
      put_evidence(json, ruleset, evidence, demoted);
    }
    i += demoted != NULL;
  }
}

static void put_all_evidence(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_space *space,
                             const struct sift_verdict *verdict) {
  sift_json_key(json, "evidence");
  sift_json_open(json, '[');
  for (size_t i = 0; i < verdict->current_count; i++) {
    put_evidence(json, ruleset, verdict->current[i], demoted_of(space, verdict->current[i]));
  }
  put_others(json, ruleset, space, verdict, true);
  sift_json_close(json, ']');
  sift_json_key(json, "history");
  sift_json_open(json, '[');
  put_others(json, ruleset, space, verdict, false);
  sift_json_close(json, ']');
}

static void put_attempt(struct sift_json *json, const struct sift_attempt *attempt) {
  sift_json_key(json, "attempt");
  sift_json_open(json, '{');
  sift_json_put_count(json, "number", attempt->number);
  if (attempt->has_mark[SIFT_MARK_QUEUED] || attempt->has_mark[SIFT_MARK_STARTUP]) {
    put_instant(json, "start", &attempt->start);
  } else {
    sift_json_key(json, "start");
    sift_json_null(json);
  }
  sift_json_close(json, '}');
  sift_json_key(json, "marks");
  sift_json_open(json, '{');
  for (enum sift_mark mark = SIFT_MARK_QUEUED; mark < SIFT_MARKS; mark++) {
    if (attempt->has_mark[mark]) {
      put_instant(json, sift_mark_name(mark), &attempt->marks[mark]);
    }
  }
  sift_json_close(json, '}');
}

static void put_also(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  uint32_t classes[SIFT_PROOFS_MAX];
  size_t count = sift_verdict_also(classes, ruleset, verdict);
  sift_json_key(json, "also");
  sift_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    sift_json_text(json, ruleset->classes[classes[i]].id);
  }
  sift_json_close(json, ']');
}

static void put_words(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  char text[TEXT_BYTES_MAX];
  sift_verdict_title(text, sizeof text, ruleset, verdict);
  sift_json_put_text(json, "title", text);
  sift_json_key(json, "actions");
  sift_json_open(json, '[');
  for (size_t i = 0; sift_verdict_action(text, sizeof text, ruleset, verdict, i); i++) {
    sift_json_text(json, text);
  }
  sift_json_close(json, ']');
  sift_json_put_text_or_null(json, "reference", sift_verdict_reference(ruleset, verdict));
}

static void put_incident_of_space(struct sift_json *json, const struct sift_ruleset *ruleset,
                                  const struct sift_incident *incident) {
  sift_json_key(json, "incident");
  if (incident == NULL) {
    sift_json_null(json);
    return;
  }
  sift_json_open(json, '{');
  sift_json_put_series(json, ruleset, incident->series);
  sift_json_put_seconds(json, "start", incident->start_s);
  sift_json_put_seconds(json, "end", incident->end_s);
  sift_json_put_count(json, "spaces", incident->spaces);
  sift_json_close(json, '}');
}

static void put_facts(struct sift_json *json, const struct sift_verdict *verdict) {
  sift_json_key(json, "facts");
  if (!verdict->has_facts) {
    sift_json_null(json);
    return;
  }
  sift_json_open(json, '{');
  for (enum sift_fact fact = 0; fact < SIFT_FACTS; fact++) {
    if (verdict->facts.values[fact].len > 0) {
      sift_json_key(json, sift_fact_name(fact));
      sift_json_string(json, verdict->facts.values[fact]);
    }
  }
  sift_json_key(json, "time");
  sift_json_time(json, verdict->facts.time_ns);
  sift_json_close(json, '}');
}

void sift_report_space(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_space *space,
                       const struct sift_verdict *verdict) {
  sift_json_open(json, '{');
  sift_json_put_text(json, "type", "space");
  sift_json_key(json, "space");
  sift_json_string(json, space->name);
  sift_json_put_text(json, "verdict", verdict->id);
  sift_json_put_text_or_null(json, "branch", verdict->branch);
  sift_json_put_text(json, "severity", sift_severity_name(verdict->severity));
  sift_json_put_text(json, "confidence", sift_confidence_name(verdict->confidence));
  sift_json_put_text(json, "phase", sift_phase_name(verdict->attempt.phase));
  sift_json_put_count(json, "lines", space->lines);
  sift_json_put_count(json, "bytes", space->bytes);
  put_attempt(json, &verdict->attempt);
  put_words(json, ruleset, verdict);
  put_also(json, ruleset, verdict);
  sift_json_put_text_or_null(json, "proof", verdict->proof != NULL ? ruleset->rules[verdict->proof->rule].id : "");
  put_incident_of_space(json, ruleset, verdict->incident);
  put_facts(json, verdict);
  put_all_evidence(json, ruleset, space, verdict);
  sift_json_close(json, '}');
}

/* What a step rests on: the verdict it led to, and what that was made with. */
struct walk {
  const struct sift_ruleset *ruleset;
  const struct sift_verdict *verdict;
  const struct sift_scene *scene;
};

static void put_step(struct sift_json *json, const struct walk *walk, const struct sift_step *step) {
  sift_json_open(json, '{');
  sift_json_put_text(json, "id", step->node->id);
  sift_json_put_text(json, "question", step->node->question);
  sift_json_put_count(json, "depth", step->depth);
  sift_json_key(json, "holds");
  sift_json_bool(json, step->holds);
  sift_json_key(json, "evidence");
  if (step->evidence != NULL) {
    put_evidence(json, walk->ruleset, step->evidence, NULL);
  } else {
    sift_json_null(json);
  }
  char words[TEXT_BYTES_MAX] = "";
  if (step->outside != NULL) {
    sift_report_outside(words, sizeof words, walk->ruleset, step->outside, walk->verdict, walk->scene);
  }
  sift_json_put_text_or_null(json, "outside", words);
  sift_json_close(json, '}');
}

void sift_report_path(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_triage *triage,
                      const struct sift_verdict *verdict) {
  const struct walk walk = {ruleset, verdict, sift_triage_scene(triage)};
  size_t count = 0;
  const struct sift_step *steps = sift_triage_path(triage, &count);
  sift_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    put_step(json, &walk, &steps[i]);
  }
  sift_json_close(json, ']');
}

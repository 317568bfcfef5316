#include "tools/spacesift/explain_text.h"

#include "engine/report.h"
#include "engine/stamp.h"
#include "tools/spacesift/census.h"
#include "tools/spacesift/evidence_text.h"

enum { TIME_BYTES = 36, WIDTH_DEFAULT = 120 };

/* One explanation under way. */
struct explanation {
  const struct sift_ruleset *ruleset;
  const struct sift_triage *triage;
  const struct sift_space *space;
  const struct sift_verdict *verdict;
  unsigned width;
};

static void put_instant(struct sift_text *text, const struct sift_instant *instant) {
  char time[TIME_BYTES];
  size_t len = sift_stamp_format(instant->time_ns, time);
  sift_text_format(text, "%s, ", len > 0 ? time : "no time");
  sift_text_safe(text, sift_span_of(instant->source), SIZE_MAX);
  sift_text_format(text, " (byte %llu)\n", (unsigned long long)instant->offset);
}

static void put_head(struct sift_text *text, const struct explanation *explanation) {
  const struct sift_verdict *verdict = explanation->verdict;
  char title[SIFT_WORDS_BYTES_MAX];
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_safe(text, explanation->space->name, SIZE_MAX);
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "  ");
  sift_text_verdict(text, verdict);
  sift_verdict_title(title, sizeof title, explanation->ruleset, verdict);
  sift_text_line(text, "what", sift_span_of(title), explanation->width);
  if (verdict->proof != NULL) {
    sift_text_evidence(text, "proof", verdict->proof, explanation->width);
  }
}

static void put_attempt(struct sift_text *text, const struct sift_attempt *attempt) {
  sift_text_format(text, "\nAttempt %llu: %s\n", (unsigned long long)attempt->number, sift_phase_name(attempt->phase));
  bool any = false;
  for (enum sift_mark mark = SIFT_MARK_QUEUED; mark < SIFT_MARKS; mark++) {
    if (attempt->has_mark[mark]) {
      sift_text_format(text, "    last %-12s", sift_mark_name(mark));
      put_instant(text, &attempt->marks[mark]);
      any = true;
    }
  }
  sift_text_put(text, any ? "" : "    no mark of its life shows in the log, so all of the log counts\n");
}

static void put_step(struct sift_text *text, const struct explanation *explanation, const struct sift_step *step) {
  const struct sift_node *node = step->node;
  sift_text_format(text, "  %*s", (int)step->depth * 2, "");
  sift_text_style(text, step->holds ? SIFT_STYLE_GREEN : SIFT_STYLE_DIM);
  sift_text_put(text, step->holds ? "yes " : "no  ");
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_safe(text, sift_span_of(node->question[0] != '\0' ? node->question : node->id), SIZE_MAX);
  sift_text_style(text, SIFT_STYLE_DIM);
  sift_text_put(text, "  [");
  sift_text_safe(text, sift_span_of(node->id), SIZE_MAX);
  sift_text_put(text, "]");
  if (step->evidence != NULL) {
    sift_text_format(text, " by %s", explanation->ruleset->rules[step->evidence->rule].id);
  }
  if (step->outside != NULL) {
    char words[SIFT_WORDS_BYTES_MAX];
    sift_report_outside(words, sizeof words, explanation->ruleset, step->outside, explanation->verdict,
                        sift_triage_scene(explanation->triage));
    sift_text_put(text, step->evidence != NULL ? ", " : " by ");
    sift_text_safe(text, sift_span_of(words), SIZE_MAX);
  }
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
}

static void put_walk(struct sift_text *text, const struct explanation *explanation) {
  size_t count = 0;
  const struct sift_step *steps = sift_triage_path(explanation->triage, &count);
  sift_text_put(text, "\nThe walk through the tree\n");
  for (size_t i = 0; i < count; i++) {
    put_step(text, explanation, &steps[i]);
  }
  sift_text_format(text, "  so: %s\n", explanation->verdict->id);
}

static void put_facts(struct sift_text *text, const struct explanation *explanation) {
  const struct sift_verdict *verdict = explanation->verdict;
  if (!verdict->has_facts) {
    return;
  }
  sift_text_put(text, "\nKnown from outside the log\n");
  for (enum sift_fact fact = 0; fact < SIFT_FACTS; fact++) {
    if (verdict->facts.values[fact].len > 0) {
      sift_text_format(text, "    %-19s", sift_fact_name(fact));
      sift_text_safe(text, verdict->facts.values[fact], explanation->width);
      sift_text_put(text, "\n");
    }
  }
}

enum standing { CURRENT, DEMOTED, HISTORY };

static enum standing standing_of(const struct explanation *explanation, const struct sift_evidence *evidence) {
  if (!sift_attempt_holds(&explanation->verdict->attempt, explanation->ruleset, evidence)) {
    return HISTORY;
  }
  return evidence->demoted ? DEMOTED : CURRENT;
}

static void put_evidence(struct sift_text *text, const struct explanation *explanation, enum standing standing) {
  static const char *const headings[] = {"Evidence of this attempt", "Seen in build steps that ended well, so of no weight",
                                         "Older than this attempt"};
  bool any = false;
  for (uint32_t i = 0; i < explanation->space->evidence_count; i++) {
    const struct sift_evidence *evidence = &explanation->space->evidence[i];
    const struct sift_rule *rule = &explanation->ruleset->rules[evidence->rule];
    if (rule->mark != SIFT_MARK_NONE || standing_of(explanation, evidence) != standing) {
      continue;
    }
    if (!any) {
      sift_text_format(text, "\n%s\n", headings[standing]);
      any = true;
    }
    sift_text_style(text, sift_text_severity_style(rule->severity));
    sift_text_format(text, "  %-8s", sift_severity_name(rule->severity));
    sift_text_style(text, SIFT_STYLE_PLAIN);
    sift_text_format(text, "%s (%s)\n", rule->id, explanation->ruleset->classes[rule->class_index].id);
    sift_text_evidence(text, "", evidence, explanation->width);
  }
}

static void put_actions(struct sift_text *text, const struct explanation *explanation) {
  char action[SIFT_WORDS_BYTES_MAX];
  for (size_t i = 0; sift_verdict_action(action, sizeof action, explanation->ruleset, explanation->verdict, i); i++) {
    sift_text_put(text, i == 0 ? "\nWhat to do\n" : "");
    sift_text_format(text, "  %zu. ", i + 1);
    sift_text_safe(text, sift_span_of(action), SIZE_MAX);
    sift_text_put(text, "\n");
  }
  const char *reference = sift_verdict_reference(explanation->ruleset, explanation->verdict);
  if (reference[0] != '\0') {
    sift_text_put(text, "\nRead more: ");
    sift_text_safe(text, sift_span_of(reference), SIZE_MAX);
    sift_text_put(text, "\n");
  }
}

static enum sift_status write_text(FILE *out, const struct explanation *explanation, bool colour) {
  struct sift_text text;
  sift_text_init(&text, colour);
  put_head(&text, explanation);
  put_attempt(&text, &explanation->verdict->attempt);
  put_facts(&text, explanation);
  put_walk(&text, explanation);
  put_evidence(&text, explanation, CURRENT);
  put_evidence(&text, explanation, DEMOTED);
  put_evidence(&text, explanation, HISTORY);
  put_actions(&text, explanation);
  enum sift_status status = sift_text_write(&text, out);
  sift_text_release(&text);
  return status;
}

static enum sift_status write_json(FILE *out, const struct explanation *explanation) {
  struct sift_json json;
  sift_json_init(&json);
  sift_json_open(&json, '{');
  sift_json_key(&json, "space");
  sift_report_space(&json, explanation->ruleset, explanation->space, explanation->verdict);
  sift_json_key(&json, "path");
  sift_report_path(&json, explanation->ruleset, explanation->triage, explanation->verdict);
  sift_json_close(&json, '}');
  sift_json_raw(&json, sift_span("\n", 1));
  enum sift_status status = json.failed ? SIFT_ENOMEM : SIFT_OK;
  if (status == SIFT_OK && fwrite(json.bytes, 1, json.len, out) != json.len) {
    status = SIFT_EIO;
  }
  sift_json_release(&json);
  return status;
}

/* Runs a pass up to the Space; SIFT_END where there is none of that name. */
static enum sift_status find_space(struct sift_census_pass *pass, struct sift_span name, const struct sift_space **out) {
  enum sift_status status;
  while ((status = sift_state_merger_next(sift_census_pass_merger(pass), out)) == SIFT_OK) {
    if (sift_span_equal((*out)->name, name)) {
      return SIFT_OK;
    }
  }
  return status;
}

enum sift_status sift_explain_write(FILE *out, const struct sift_report_input *input, struct sift_span space,
                                    enum sift_report_kind kind, bool colour) {
  struct sift_census census;
  enum sift_status status = sift_census_take(&census, input);
  if (status != SIFT_OK) {
    return status;
  }
  struct sift_triage *triage = NULL;
  struct sift_census_pass *pass = NULL;
  struct explanation explanation = {.ruleset = input->ruleset, .width = input->width};
  explanation.width = explanation.width > 0 ? explanation.width : sift_terminal_width(out);
  explanation.width = explanation.width > 0 ? explanation.width : WIDTH_DEFAULT;
  status = sift_triage_new(&triage, input->ruleset, &census.incidents);
  status = status == SIFT_OK ? sift_census_pass_new(&pass, &census, input) : status;
  status = status == SIFT_OK ? find_space(pass, space, &explanation.space) : status;
  if (status == SIFT_OK) {
    struct sift_verdict verdict;
    const struct sift_scene scene = sift_census_scene(&census, input);
    sift_triage_set_scene(triage, &scene);
    sift_triage_judge(triage, explanation.space, &verdict);
    explanation.triage = triage;
    explanation.verdict = &verdict;
    status = kind == SIFT_REPORT_TEXT ? write_text(out, &explanation, colour) : write_json(out, &explanation);
  }
  if (status == SIFT_OK && fflush(out) != 0) {
    status = SIFT_EIO;
  }
  sift_triage_free(triage);
  sift_census_pass_free(pass);
  sift_census_release(&census);
  return status;
}

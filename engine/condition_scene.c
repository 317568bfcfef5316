/* The conditions of the decision tree on what is known from outside the log: facts, status page, the rest of the fleet. */
#include "engine/triage_internal.h"

/* The platform's own, where the README names no startup_duration_timeout (Spaces configuration reference). */
enum { STARTUP_TIMEOUT_SECONDS = 30 * 60 };

static struct sift_span fact_of(const struct sift_triage *triage, uint32_t fact) {
  return triage->facts != NULL ? triage->facts->values[fact] : (struct sift_span){"", 0};
}

static bool parse_decimal(struct sift_span text, uint64_t *out) {
  uint64_t value = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] < '0' || text.data[i] > '9' || value > UINT32_MAX) {
      return false;
    }
    value = value * 10 + (uint64_t)(text.data[i] - '0');
  }
  *out = value;
  return text.len > 0;
}

uint64_t sift_triage_startup_timeout(const struct sift_triage *triage) {
  uint64_t seconds = 0;
  return parse_decimal(fact_of(triage, SIFT_FACT_STARTUP_TIMEOUT), &seconds) ? seconds : STARTUP_TIMEOUT_SECONDS;
}

/* Numbers are the same whatever zeros stand before them. */
static bool same_value(struct sift_span a, struct sift_span b) {
  uint64_t x = 0;
  uint64_t y = 0;
  return parse_decimal(a, &x) && parse_decimal(b, &y) ? x == y : sift_span_equal(a, b);
}

/* Both the captured value and the fact are known, and they are the same, or are not. */
static bool compare_capture(const struct sift_triage *triage, const struct sift_condition *condition, bool same,
                            const struct sift_evidence **proof) {
  struct sift_span fact = fact_of(triage, condition->other);
  const struct sift_evidence *evidence = fact.len > 0 ? sift_triage_of_rule(triage, condition->index) : NULL;
  struct sift_span value = {"", 0};
  if (evidence != NULL) {
    value = sift_sample_field(&evidence->sample, (uint32_t)condition->low);
  }
  bool holds = value.len > 0 && same_value(value, fact) == same;
  *proof = holds ? evidence : NULL;
  return holds;
}

static bool ask_page(const struct sift_triage *triage, const struct sift_condition *condition) {
  const struct sift_status_page *page = triage->scene.page;
  const struct sift_component *component = sift_status_page_component(page, condition->value);
  const struct sift_status_report *report = sift_status_page_report(page, condition->value, triage->scene.page_now_ns);
  return (component != NULL && (condition->index >> component->state & 1) != 0) ||
         (report != NULL && (condition->index >> report->state & 1) != 0);
}

static bool status_holds(struct sift_triage *triage, const struct sift_condition *condition) {
  if (triage->scene.page == NULL) {
    return false;
  }
  for (size_t i = 0; i < triage->page_answer_count; i++) {
    if (triage->page_answers[i].asked == condition) {
      return triage->page_answers[i].holds;
    }
  }
  bool holds = ask_page(triage, condition);
  if (triage->page_answer_count < SIFT_PAGE_ANSWERS) {
    triage->page_answers[triage->page_answer_count].asked = condition;
    triage->page_answers[triage->page_answer_count++].holds = holds;
  }
  return holds;
}

bool sift_condition_scene_holds(struct sift_triage *triage, const struct sift_condition *condition,
                                const struct sift_evidence **proof) {
  switch (condition->kind) {
  case SIFT_COND_FACT:
    return sift_span_equal(fact_of(triage, condition->index), condition->value);
  case SIFT_COND_KNOWN:
    return fact_of(triage, condition->index).len > 0;
  case SIFT_COND_SAME:
    return compare_capture(triage, condition, true, proof);
  case SIFT_COND_DIFFERS:
    return compare_capture(triage, condition, false, proof);
  case SIFT_COND_STATUS:
    return status_holds(triage, condition);
  case SIFT_COND_CROWD:
    return triage->scene.crowd != NULL &&
           sift_crowd_is_there(triage->scene.crowd, (enum sift_crowd_kind)condition->index, condition->low, condition->high);
  default:
    return false;
  }
}

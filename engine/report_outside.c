/* In words: what a condition on the scene rests on. */
#include <stdio.h>

#include "engine/report.h"

static const char *state_of(const struct sift_condition *condition, const struct sift_scene *scene, const char **title) {
  const struct sift_component *component = sift_status_page_component(scene->page, condition->value);
  *title = NULL;
  if (component != NULL && (condition->index >> component->state & 1) != 0) {
    return sift_component_state_name(component->state);
  }
  const struct sift_status_report *report = sift_status_page_report(scene->page, condition->value, scene->page_now_ns);
  *title = report != NULL ? report->title : NULL;
  return report != NULL ? sift_component_state_name(report->state) : "unknown";
}

static void put_status(char *out, size_t size, const struct sift_condition *condition, const struct sift_scene *scene) {
  const char *title = NULL;
  const char *state = state_of(condition, scene, &title);
  if (title == NULL) {
    snprintf(out, size, "the status page: %.*s is %s", (int)condition->value.len, condition->value.data, state);
  } else {
    snprintf(out, size, "the status page: \"%.200s\" is %s", title, state);
  }
}

static void put_fact(char *out, size_t size, uint32_t fact, const struct sift_verdict *verdict) {
  struct sift_span value = verdict->facts.values[fact];
  size_t len = sift_cut_utf8(value, value.len < SIFT_FACT_BYTES_MAX ? value.len : SIFT_FACT_BYTES_MAX);
  snprintf(out, size, "%s is %.*s", sift_fact_name((enum sift_fact)fact), (int)len, value.data);
}

static void put_comparison(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_condition *condition,
                           const struct sift_verdict *verdict, bool same) {
  struct sift_span capture = ruleset->rules[condition->index].captures.items[condition->low];
  struct sift_span value = verdict->facts.values[condition->other];
  snprintf(out, size, "%.*s %s %s, which is %.*s", (int)capture.len, capture.data, same ? "is" : "is not",
           sift_fact_name((enum sift_fact)condition->other), (int)value.len, value.data);
}

static void put_crowd(char *out, size_t size, const struct sift_condition *condition, const struct sift_crowd *crowd) {
  snprintf(out, size, "%llu of %llu Spaces are %s", (unsigned long long)crowd->of[condition->index],
           (unsigned long long)crowd->spaces, sift_crowd_kind_name((enum sift_crowd_kind)condition->index));
}

void sift_report_outside(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_condition *condition,
                         const struct sift_verdict *verdict, const struct sift_scene *scene) {
  out[0] = '\0';
  switch (condition->kind) {
  case SIFT_COND_FACT:
  case SIFT_COND_KNOWN:
    put_fact(out, size, condition->index, verdict);
    break;
  case SIFT_COND_SAME:
    put_comparison(out, size, ruleset, condition, verdict, true);
    break;
  case SIFT_COND_DIFFERS:
    put_comparison(out, size, ruleset, condition, verdict, false);
    break;
  case SIFT_COND_STATUS:
    put_status(out, size, condition, scene);
    break;
  case SIFT_COND_CROWD:
    put_crowd(out, size, condition, scene->crowd);
    break;
  default:
    break;
  }
}

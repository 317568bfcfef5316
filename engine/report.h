/* Verdicts, incidents and the fleet's summary as JSON: the report schema of docs/report.schema.json. */
#ifndef SIFT_ENGINE_REPORT_H
#define SIFT_ENGINE_REPORT_H

#include "engine/json.h"
#include "engine/triage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the summary counts while Spaces pass by. */
struct sift_summary {
  uint64_t spaces;       /* "-" and "~overflow" aside */
  uint64_t need_someone; /* verdict of severity error or worse */
  const char **verdicts; /* ids met, sorted by the worst severity, then count, when finished */
  uint64_t *verdict_counts;
  enum sift_severity *verdict_severities;
  size_t verdict_count;
  uint64_t *class_spaces; /* by class index: Spaces with current evidence */
  size_t class_count;
  uint64_t *class_seen;    /* private: by class index, the number of the last Space that counted */
  size_t verdict_capacity; /* private */
};

/* "-" and "~overflow" stand for no Space of their own. */
bool sift_summary_counts(const struct sift_space *space);

enum sift_status sift_summary_init(struct sift_summary *summary, const struct sift_ruleset *ruleset);
void sift_summary_release(struct sift_summary *summary);
enum sift_status sift_summary_add(struct sift_summary *summary, const struct sift_space *space, const struct sift_verdict *verdict,
                                  const struct sift_ruleset *ruleset);
void sift_summary_finish(struct sift_summary *summary); /* sorts the verdicts */

/* One object each, without a newline. */
void sift_report_space(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_space *space,
                       const struct sift_verdict *verdict);
void sift_report_incident(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_incident *incident);
/* One line for people on what struck: the class's title, or that of the rule whose phrase it is; as sift_report_fill() writes. */
void sift_incident_title(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_incident *incident);
void sift_report_summary(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_summary *summary,
                         const struct sift_fleet *fleet, int64_t now_ns);
/* The walk of the last judgement, which gave `verdict`: an array of {id, question, depth, holds, evidence, outside}. */
void sift_report_path(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_triage *triage,
                      const struct sift_verdict *verdict);

/* In words, what a condition on the scene rests on: "stage is RUNTIME_ERROR". As sift_report_fill() writes. */
void sift_report_outside(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_condition *condition,
                         const struct sift_verdict *verdict, const struct sift_scene *scene);

/* One line for people on what is wrong, what to do, and where to read more (a URL or ""): the node's, else the deciding
 * rule's. `index` counts from 0: the deciding rule's own actions, then the node's; false past the last. Texts are written
 * as sift_report_fill() does. */
void sift_verdict_title(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict);
bool sift_verdict_action(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict,
                         size_t index);
const char *sift_verdict_reference(const struct sift_ruleset *ruleset, const struct sift_verdict *verdict);

/* The classes of other errors that stand in the current attempt, worst first, each once: at most SIFT_PROOFS_MAX. */
size_t sift_verdict_also(uint32_t classes[SIFT_PROOFS_MAX], const struct sift_ruleset *ruleset, const struct sift_verdict *verdict);

/* A title or action with {name} replaced by the sample's captured values; unknown names and empty values become
 * "…". `rule` and `sample` may be NULL: all are unknown. Writes at most `size` bytes with the NUL, cut at a UTF-8 boundary. */
void sift_report_fill(char *out, size_t size, const char *text, const struct sift_rule *rule, const struct sift_sample *sample);

#ifdef __cplusplus
}
#endif
#endif

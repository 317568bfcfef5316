/* Walks the decision tree for one Space: the evidence of its current attempt is sorted out once, then every condition asks
 * that. What decides a node travels down as the proof of its children. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/triage_internal.h"

enum { NODE_DEPTH_MAX = 64 };

/* Where the tree leaves a Space without an answer. */
static const struct sift_node no_fault_node = {.id = "-",
                                               .question = "",
                                               .verdict = "no_fault_seen",
                                               .branch = "",
                                               .title = "Nothing known shows in the log",
                                               .reference = ""};
static const struct sift_node unclassified_node = {
    .id = "-", .question = "", .verdict = "unclassified", .branch = "", .title = "", .severity = SIFT_ERROR, .reference = ""};

enum sift_status sift_triage_new(struct sift_triage **out, const struct sift_ruleset *ruleset,
                                 const struct sift_incidents *incidents) {
  *out = NULL;
  struct sift_triage *triage = calloc(1, sizeof *triage);
  const struct sift_evidence **best = calloc(ruleset->class_count + 1, sizeof(const struct sift_evidence *));
  if (triage == NULL || best == NULL) {
    free(triage);
    free(best);
    return SIFT_ENOMEM;
  }
  triage->ruleset = ruleset;
  triage->incidents = incidents;
  triage->best = best;
  triage->scene.now_ns = triage->scene.page_now_ns = SIFT_TIME_NONE;
  *out = triage;
  return SIFT_OK;
}

void sift_triage_set_scene(struct sift_triage *triage, const struct sift_scene *scene) {
  triage->scene = *scene;
  triage->page_answer_count = 0;
}

const struct sift_scene *sift_triage_scene(const struct sift_triage *triage) {
  return &triage->scene;
}

void sift_triage_free(struct sift_triage *triage) {
  if (triage != NULL) {
    free(triage->best);
    free(triage);
  }
}

const struct sift_step *sift_triage_path(const struct sift_triage *triage, size_t *count) {
  *count = triage->path_count;
  return triage->path;
}

static enum sift_severity severity_of(const struct sift_triage *triage, const struct sift_evidence *evidence) {
  return triage->ruleset->rules[evidence->rule].severity;
}

const struct sift_evidence *sift_triage_better(const struct sift_triage *triage, const struct sift_evidence *a,
                                               const struct sift_evidence *b) {
  if (a == NULL || b == NULL) {
    return a != NULL ? a : b;
  }
  enum sift_severity severity_a = severity_of(triage, a);
  enum sift_severity severity_b = severity_of(triage, b);
  if (severity_a != severity_b) {
    return severity_a > severity_b ? a : b;
  }
  int order = sift_instant_compare(&a->last, &b->last);
  if (order != 0) {
    return order > 0 ? a : b;
  }
  return a->rule <= b->rule ? a : b;
}

/* The platform's own statement of how the Space stands, from before the platform said that it runs. */
static bool is_overtaken(const struct sift_triage *triage, const struct sift_evidence *evidence) {
  return triage->runs && triage->ruleset->rules[evidence->rule].headline && evidence->last.time_ns <= triage->runs_ns;
}

bool sift_triage_current(const struct sift_triage *triage, const struct sift_evidence *evidence) {
  return !evidence->demoted && sift_attempt_holds(triage->attempt, triage->ruleset, evidence) && !is_overtaken(triage, evidence);
}

/* The one that struck this Space: of the rule's class, or of the rule's own phrase. */
static const struct sift_incident *incident_at(const struct sift_triage *triage, uint32_t rule, int64_t time_ns) {
  uint32_t class_index = triage->ruleset->rules[rule].class_index;
  const struct sift_series series[] = {{class_index, SIFT_RULE_NONE}, {class_index, rule}};
  for (size_t i = 0; i < sizeof series / sizeof series[0]; i++) {
    const struct sift_incident *incident = sift_incidents_at(triage->incidents, series[i], time_ns);
    if (incident != NULL && sift_sketch_maybe(&incident->struck, sift_space_hash(triage->space->name))) {
      return incident;
    }
  }
  return NULL;
}

/* The incident that the evidence's last or, within the attempt, first hit belongs to. */
static const struct sift_incident *incident_of(const struct sift_triage *triage, const struct sift_evidence *evidence) {
  const struct sift_incident *incident = incident_at(triage, evidence->rule, evidence->last.time_ns);
  if (incident == NULL && sift_instant_compare(&evidence->first, &triage->attempt->start) >= 0) {
    incident = incident_at(triage, evidence->rule, evidence->first.time_ns);
  }
  return incident;
}

/* Keeps the list of current evidence sorted, worst first, and drops what falls off its end. */
static void list_current(const struct sift_triage *triage, struct sift_verdict *out, const struct sift_evidence *evidence) {
  size_t place = out->current_count;
  while (place > 0 && sift_triage_better(triage, evidence, out->current[place - 1]) == evidence) {
    place--;
  }
  if (place == SIFT_PROOFS_MAX) {
    return;
  }
  if (out->current_count < SIFT_PROOFS_MAX) {
    out->current_count++;
  }
  memmove(&out->current[place + 1], &out->current[place], (out->current_count - place - 1) * sizeof(const struct sift_evidence *));
  out->current[place] = evidence;
}

static void gather(struct sift_triage *triage, struct sift_verdict *out) {
  triage->worst = NULL;
  triage->struck = NULL;
  triage->incident = NULL;
  triage->classes = 0;
  for (uint32_t i = 0; i < triage->space->evidence_count; i++) {
    const struct sift_evidence *evidence = &triage->space->evidence[i];
    if (!sift_triage_current(triage, evidence)) {
      continue;
    }
    const struct sift_rule *rule = &triage->ruleset->rules[evidence->rule];
    const struct sift_evidence **best = &triage->best[rule->class_index];
    *best = sift_triage_better(triage, *best, evidence);
    triage->classes |= UINT64_C(1) << rule->class_index % 64;
    if (rule->mark != SIFT_MARK_NONE) {
      continue;
    }
    triage->worst = sift_triage_better(triage, triage->worst, evidence);
    list_current(triage, out, evidence);
    const struct sift_incident *incident = triage->incidents->count > 0 ? incident_of(triage, evidence) : NULL;
    if (incident != NULL && sift_triage_better(triage, triage->struck, evidence) == evidence) {
      triage->struck = evidence;
      triage->incident = incident;
    }
  }
}

/* Leaves `best` empty for the next Space, at the cost of this one's evidence only. */
static void forget(struct sift_triage *triage) {
  for (uint32_t i = 0; i < triage->space->evidence_count; i++) {
    triage->best[triage->ruleset->rules[triage->space->evidence[i].rule].class_index] = NULL;
  }
}

static void note_step(struct sift_triage *triage, const struct sift_node *node, unsigned depth, bool holds,
                      const struct sift_evidence *evidence) {
  if (triage->path_count < SIFT_PATH_MAX) {
    triage->path[triage->path_count++] = (struct sift_step){
        .node = node,
        .depth = depth,
        .holds = holds,
        .evidence = holds ? evidence : NULL,
        .outside = holds ? triage->outside : NULL,
    };
  }
}

/* The node that decides, or NULL. *proof comes in as what the parent rests on. */
static const struct sift_node *walk(struct sift_triage *triage, const struct sift_node *nodes, size_t count, unsigned depth,
                                    const struct sift_evidence **proof) {
  for (size_t i = 0; i < count && depth < NODE_DEPTH_MAX; i++) {
    const struct sift_node *node = &nodes[i];
    const struct sift_evidence *own = NULL;
    bool holds = sift_condition_possible(triage, &node->when) && sift_condition_holds(triage, &node->when, &own);
    note_step(triage, node, depth, holds, own);
    if (!holds) {
      continue;
    }
    const struct sift_evidence *inherited = own != NULL ? own : *proof;
    const struct sift_evidence *found = inherited;
    const struct sift_node *child = walk(triage, node->children, node->child_count, depth + 1, &found);
    if (child != NULL || node->verdict != NULL) {
      *proof = child != NULL ? found : inherited;
      return child != NULL ? child : node;
    }
  }
  return NULL;
}

/* What is older than the attempt tells of another one; where the log shows no start, what is older than the app's being up. */
static bool facts_are_stale(const struct sift_fact_sheet *facts, const struct sift_attempt *attempt) {
  if (facts->time_ns == SIFT_TIME_NONE) {
    return false;
  }
  bool up = attempt->has_mark[SIFT_MARK_HEALTHY] && attempt->marks[SIFT_MARK_HEALTHY].time_ns > facts->time_ns;
  return up || (attempt->start.time_ns != SIFT_TIME_NONE && facts->time_ns < attempt->start.time_ns);
}

/* Whether the mark is there still, once the platform has said that the Space runs. */
static bool outlives(const struct sift_triage *triage, const struct sift_attempt *attempt, enum sift_mark mark) {
  return attempt->has_mark[mark] && attempt->marks[mark].time_ns > triage->runs_ns;
}

/* The platform says that the Space runs: it came up, whatever the log shows of that. It may have failed since. */
static void mark_running(const struct sift_triage *triage, struct sift_attempt *attempt, int64_t time_ns) {
  const struct sift_instant now = {.time_ns = time_ns, .source = SIFT_FACTS_SOURCE};
  attempt->has_mark[SIFT_MARK_FAILED] = outlives(triage, attempt, SIFT_MARK_FAILED);
  attempt->has_mark[SIFT_MARK_STEP_FAILED] = outlives(triage, attempt, SIFT_MARK_STEP_FAILED);
  bool failed = attempt->has_mark[SIFT_MARK_FAILED] || attempt->has_mark[SIFT_MARK_STEP_FAILED];
  attempt->phase = failed ? SIFT_PHASE_FAILED : SIFT_PHASE_HEALTHY;
  for (enum sift_mark mark = SIFT_MARK_LISTENING; mark <= SIFT_MARK_HEALTHY; mark++) {
    if (!attempt->has_mark[mark]) {
      attempt->has_mark[mark] = true;
      attempt->marks[mark] = now;
    }
  }
}

static void look_up_facts(struct sift_triage *triage, struct sift_verdict *out) {
  const struct sift_facts *facts = triage->scene.facts;
  size_t at = facts != NULL ? sift_facts_find(facts, triage->space->name) : SIZE_MAX;
  out->has_facts = at != SIZE_MAX;
  triage->facts = NULL;
  triage->runs = false;
  if (!out->has_facts) {
    return;
  }
  sift_facts_at(facts, at, &out->facts);
  if (facts_are_stale(&out->facts, &out->attempt)) {
    return;
  }
  triage->facts = &out->facts;
  triage->runs = sift_span_equal(out->facts.values[SIFT_FACT_STAGE], sift_span_of("RUNNING"));
  if (triage->runs) {
    bool dated = out->facts.time_ns != SIFT_TIME_NONE;
    triage->runs_ns = dated ? out->facts.time_ns : INT64_MAX;
    mark_running(triage, &out->attempt, dated ? out->facts.time_ns : triage->scene.now_ns);
  }
}

void sift_triage_judge(struct sift_triage *triage, const struct sift_space *space, struct sift_verdict *out) {
  *out = (struct sift_verdict){0};
  sift_attempt_find(&out->attempt, triage->ruleset, space);
  triage->space = space;
  triage->attempt = &out->attempt;
  triage->path_count = 0;
  look_up_facts(triage, out);
  gather(triage, out);
  out->node = walk(triage, triage->ruleset->tree.nodes, triage->ruleset->tree.count, 0, &out->proof);
  if (out->node == NULL) {
    bool fault = triage->worst != NULL && severity_of(triage, triage->worst) >= SIFT_ERROR;
    out->node = fault ? &unclassified_node : &no_fault_node;
    out->proof = fault ? triage->worst : NULL;
  }
  out->id = out->node->verdict;
  out->branch = out->node->branch;
  out->severity = (enum sift_severity)out->node->severity;
  out->confidence = out->node->confidence;
  out->incident = triage->incident;
  forget(triage);
}

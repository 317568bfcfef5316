/* Lint of what nothing uses. */
#include <stdlib.h>

#include "patterns/lint_internal.h"

static void note_condition(const struct sift_condition *condition, struct sift_uses *uses) {
  switch (condition->kind) {
  case SIFT_COND_EVIDENCE_AFTER:
    uses->marks[condition->other] = true;
    uses->classes[condition->index] = true;
    break;
  case SIFT_COND_CLASS:
    uses->classes[condition->index] = true;
    break;
  case SIFT_COND_RULE:
  case SIFT_COND_SAME:
  case SIFT_COND_DIFFERS:
    uses->rules[condition->index] = true;
    break;
  case SIFT_COND_AFTER:
    uses->marks[condition->other] = true;
    uses->marks[condition->index] = true;
    break;
  case SIFT_COND_MARK:
  case SIFT_COND_AGE:
    uses->marks[condition->index] = true;
    break;
  case SIFT_COND_PHASE:
  case SIFT_COND_LASTED:
    uses->phases = true;
    break;
  default: /* asks for no rule: the severity of a fault is that of nearly all of them */
    break;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    note_condition(&condition->children[i], uses);
  }
}

static void note_nodes(const struct sift_node *nodes, size_t count, struct sift_uses *uses) {
  for (size_t i = 0; i < count; i++) {
    note_condition(&nodes[i].when, uses);
    note_nodes(nodes[i].children, nodes[i].child_count, uses);
  }
}

bool sift_uses_init(struct sift_uses *uses, const struct sift_ruleset *ruleset) {
  *uses = (struct sift_uses){.rules = calloc(ruleset->rule_count + 1, sizeof *uses->rules)};
  if (uses->rules == NULL) {
    return false;
  }
  note_nodes(ruleset->tree.nodes, ruleset->tree.count, uses);
  return true;
}

void sift_uses_release(struct sift_uses *uses) {
  free(uses->rules);
  uses->rules = NULL;
}

/* These begin attempts and steps, and end them, whatever the tree asks. */
static bool moves_attempts(enum sift_mark mark) {
  return mark == SIFT_MARK_QUEUED || mark == SIFT_MARK_STARTUP || mark == SIFT_MARK_STEP_START || mark == SIFT_MARK_STEP_OK ||
         mark == SIFT_MARK_STEP_FAILED;
}

static bool mark_used(const struct sift_uses *uses, enum sift_mark mark) {
  return mark != SIFT_MARK_NONE && (uses->phases || uses->marks[mark] || moves_attempts(mark));
}

/* By class: what there is of it. */
struct members {
  bool any[SIFT_CLASSES_MAX];
  bool faults[SIFT_CLASSES_MAX]; /* some rule of it is no mark */
  bool asked[SIFT_CLASSES_MAX];  /* the tree asks for it or for some rule of it */
};

static void note_members(const struct sift_ruleset *ruleset, const struct sift_uses *uses, struct members *members) {
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    members->any[rule->class_index] = true;
    members->faults[rule->class_index] |= rule->mark == SIFT_MARK_NONE;
    members->asked[rule->class_index] |= uses->rules[i] || uses->classes[rule->class_index];
  }
}

static void lint_class(const struct sift_class *class, size_t index, bool planted, const struct members *members,
                       struct sift_problems *problems) {
  struct sift_spot spot = {class->file, class->line, class->column, class->id};
  if (!members->any[index]) {
    sift_lint_warn(problems, spot, "", "write a rule of this class, or remove it", "no rule is of this class");
  } else if (planted && members->faults[index] && !members->asked[index]) {
    sift_lint_warn(problems, spot, "", "ask for it in a node: `when: {class: …}`", "no tree node asks for this class");
  }
}

/* Where the whole class is not asked for, that is told once, at the class. */
static void lint_rule(const struct sift_ruleset *ruleset, size_t index, const struct sift_uses *uses, const struct members *members,
                      struct sift_problems *problems) {
  const struct sift_rule *rule = &ruleset->rules[index];
  bool used = uses->rules[index] || uses->classes[rule->class_index] || mark_used(uses, rule->mark);
  bool told = rule->mark == SIFT_MARK_NONE && !members->asked[rule->class_index];
  if (used || told) {
    return;
  }
  struct sift_spot spot = {rule->file, rule->line, rule->column, rule->id};
  sift_lint_warn(problems, spot, "", "ask for it in a node: `when: {rule: …}`, or remove it",
                 rule->mark == SIFT_MARK_NONE ? "no tree node asks for this rule or for its class"
                                              : "no tree node asks for this rule, its class or its mark");
}

void sift_lint_uses(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  struct sift_uses uses;
  struct members members = {0};
  bool planted = ruleset->tree.count > 0;
  if (!sift_uses_init(&uses, ruleset)) {
    return;
  }
  note_members(ruleset, &uses, &members);
  for (size_t i = 0; i < ruleset->class_count; i++) {
    lint_class(&ruleset->classes[i], i, planted, &members, problems);
  }
  for (size_t i = 0; i < ruleset->rule_count && planted; i++) {
    lint_rule(ruleset, i, &uses, &members, problems);
  }
  sift_uses_release(&uses);
}

/* Lint of what holds a rule set together: classes that nothing uses, tree nodes that are never asked. */
#include "patterns/lint_internal.h"

/* By class: what refers to it. Static bounds: SIFT_CLASSES_MAX. */
struct uses {
  bool by_rule[SIFT_CLASSES_MAX];
  bool by_fault[SIFT_CLASSES_MAX]; /* some rule of it is no mark */
  bool by_tree[SIFT_CLASSES_MAX];
};

static void note_condition(const struct sift_ruleset *ruleset, const struct sift_condition *condition, struct uses *uses) {
  if (sift_condition_names_class(condition)) {
    uses->by_tree[condition->index] = true;
  } else if (sift_condition_names_rule(condition)) {
    uses->by_tree[ruleset->rules[condition->index].class_index] = true;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    note_condition(ruleset, &condition->children[i], uses);
  }
}

static bool always_holds(const struct sift_condition *condition) {
  bool all = condition->kind == SIFT_COND_ALL;
  if (!all && condition->kind != SIFT_COND_ANY) {
    return condition->kind == SIFT_COND_ALWAYS;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    if (always_holds(&condition->children[i]) != all) {
      return !all;
    }
  }
  return all;
}

/* Whether the walk never goes on behind the node. */
static bool always_decides(const struct sift_node *node) {
  if (!always_holds(&node->when)) {
    return false;
  }
  bool decides = node->verdict != NULL;
  for (size_t i = 0; i < node->child_count && !decides; i++) {
    decides = always_decides(&node->children[i]);
  }
  return decides;
}

/* Whether some node of the list always decides; reports those behind it. */
static bool lint_nodes(const struct sift_ruleset *ruleset, const struct sift_node *nodes, size_t count, struct uses *uses,
                       struct sift_problems *problems) {
  const struct sift_node *last = NULL;
  for (size_t i = 0; i < count; i++) {
    const struct sift_node *node = &nodes[i];
    note_condition(ruleset, &node->when, uses);
    if (last != NULL) {
      struct sift_spot spot = {ruleset->tree.file, node->line, node->column, node->id};
      sift_lint_warn(problems, spot, "", "move it up, or give that node a condition",
                     "is never asked: '%s' before it always decides", last->id);
    } else if (always_decides(node)) {
      last = node;
    }
    lint_nodes(ruleset, node->children, node->child_count, uses, problems);
  }
  return last != NULL;
}

static void lint_class(const struct sift_ruleset *ruleset, size_t index, const struct uses *uses, struct sift_problems *problems) {
  const struct sift_class *class = &ruleset->classes[index];
  struct sift_spot spot = {class->file, class->line, class->column, class->id};
  if (!uses->by_rule[index]) {
    sift_lint_warn(problems, spot, "", "write a rule of this class, or remove it", "no rule is of this class");
  } else if (ruleset->tree.count > 0 && uses->by_fault[index] && !uses->by_tree[index]) {
    sift_lint_warn(problems, spot, "", "ask for it in a node: `when: {class: …}`", "no tree node asks for this class");
  }
}

void sift_lint_tree(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  struct uses uses = {0};
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    uses.by_rule[ruleset->rules[i].class_index] = true;
    uses.by_fault[ruleset->rules[i].class_index] |= ruleset->rules[i].mark == SIFT_MARK_NONE;
  }
  bool decides = lint_nodes(ruleset, ruleset->tree.nodes, ruleset->tree.count, &uses, problems);
  if (ruleset->tree.count > 0 && !decides) {
    const struct sift_node *node = &ruleset->tree.nodes[ruleset->tree.count - 1];
    struct sift_spot spot = {ruleset->tree.file, node->line, node->column, node->id};
    sift_lint_warn(problems, spot, "", "end the tree with a node that has `when: {always: true}` and a verdict",
                   "where this last node does not hold, no verdict is given");
  }
  for (size_t i = 0; i < ruleset->class_count; i++) {
    lint_class(ruleset, i, &uses, problems);
  }
}

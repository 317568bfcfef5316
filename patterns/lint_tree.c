/* Lint of the tree: nodes that are never asked or can never hold, and children that change nothing. */
#include <string.h>

#include "patterns/lint_internal.h"
#include "patterns/logic.h"

/* A node under question, and the nodes above it. */
struct place {
  const struct place *parent;
  const struct sift_node *siblings;
  size_t index;
};

struct lint {
  struct sift_logic logic;
  const char *file;
  struct sift_problems *problems;
};

static const struct sift_node *node_at(const struct place *place) {
  return &place->siblings[place->index];
}

static struct sift_spot spot_of(const struct lint *lint, const struct sift_node *node) {
  return (struct sift_spot){lint->file, node->line, node->column, node->id};
}

/* Whether the walk never goes on behind the node where its condition holds. */
static bool decides(struct lint *lint, const struct sift_node *node) {
  bool found = node->verdict != NULL;
  for (size_t i = 0; i < node->child_count && !found; i++) {
    found = sift_logic_always(&lint->logic, &node->children[i].when) && decides(lint, &node->children[i]);
  }
  return found;
}

/* Whether the condition holds wherever the node and all above it do. */
static bool known(struct lint *lint, const struct place *place, const struct sift_condition *condition) {
  for (const struct place *at = place; at != NULL; at = at->parent) {
    if (sift_logic_implies(&lint->logic, &node_at(at)->when, condition)) {
      return true;
    }
  }
  bool all = condition->kind == SIFT_COND_ALL;
  if ((!all && condition->kind != SIFT_COND_ANY) || lint->logic.steps == 0) {
    return false;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    if (known(lint, place, &condition->children[i]) != all) {
      return !all;
    }
  }
  return all;
}

/* The node that decides whenever this one would hold, or NULL. */
static const struct sift_node *decided_before(struct lint *lint, const struct place *place) {
  for (const struct place *at = place; at != NULL; at = at->parent) {
    for (size_t i = 0; i < at->index; i++) {
      if (known(lint, place, &at->siblings[i].when) && decides(lint, &at->siblings[i])) {
        return &at->siblings[i];
      }
    }
  }
  return NULL;
}

static bool lint_order(struct lint *lint, const struct place *place) {
  const struct sift_node *before = decided_before(lint, place);
  if (before == NULL) {
    return false;
  }
  if (sift_logic_always(&lint->logic, &before->when)) {
    sift_lint_warn(lint->problems, spot_of(lint, node_at(place)), "", "move it up, or give that node a condition",
                   "is never asked: '%s' before it always decides", before->id);
  } else {
    sift_lint_warn(lint->problems, spot_of(lint, node_at(place)), "", "move it up, make it a child of that node, or remove it",
                   "is never reached: '%s' before it, at line %u, already decides wherever it would hold", before->id,
                   before->line);
  }
  return true;
}

static void tell_never(const struct lint *lint, const struct sift_node *node, const struct sift_condition *culprit,
                       const struct sift_condition *other) {
  const struct sift_ruleset *ruleset = lint->logic.ruleset;
  struct sift_spot spot = {lint->file, culprit->line, culprit->column, node->id};
  const char *hint = "take it away, or mend it";
  if (other != NULL) {
    sift_lint_warn(lint->problems, spot, "when", "take one of the two away",
                   "can never hold: this excludes the condition at %u:%u, and both are asked", other->line, other->column);
  } else if (culprit->kind == SIFT_COND_CLASS || culprit->kind == SIFT_COND_EVIDENCE_AFTER) {
    sift_lint_warn(lint->problems, spot, "when", "write a rule of this class, or take it away",
                   "can never hold: no rule is of class '%s'", ruleset->classes[culprit->index].id);
  } else if (culprit->kind == SIFT_COND_AFTER && culprit->index == culprit->other) {
    sift_lint_warn(lint->problems, spot, "when", hint, "can never hold: a mark does not come after itself");
  } else if (culprit->kind == SIFT_COND_MARK || culprit->kind == SIFT_COND_AGE || culprit->kind == SIFT_COND_AFTER) {
    sift_lint_warn(lint->problems, spot, "when", "write a rule with this mark, or take it away",
                   "can never hold: no rule sets the mark '%s'", sift_mark_name((enum sift_mark)culprit->index));
  } else {
    sift_lint_warn(lint->problems, spot, "when", hint, "can never hold");
  }
}

static bool lint_condition(struct lint *lint, const struct place *place) {
  const struct sift_node *node = node_at(place);
  const struct sift_condition *culprit = NULL;
  const struct sift_condition *other = NULL;
  if (sift_logic_never(&lint->logic, &node->when, &culprit, &other)) {
    tell_never(lint, node, culprit, other);
    return true;
  }
  for (const struct place *above = place->parent; above != NULL; above = above->parent) {
    if (sift_logic_excludes(&lint->logic, &node->when, &node_at(above)->when)) {
      struct sift_spot spot = {lint->file, node->when.line, node->when.column, node->id};
      sift_lint_warn(lint->problems, spot, "when", "move the node out of there, or mend one of the two",
                     "can never hold: it is asked only where '%s' holds, which excludes it", node_at(above)->id);
      return true;
    }
  }
  return false;
}

/* Whether what holds is never a line of the log: a child that rests on one gives its verdict another proof and title. */
static bool rests_on_nothing(const struct sift_condition *condition) {
  switch (condition->kind) {
  case SIFT_COND_ALWAYS:
  case SIFT_COND_NOT:
  case SIFT_COND_PHASE:
  case SIFT_COND_MARK:
  case SIFT_COND_AFTER:
  case SIFT_COND_AGE:
  case SIFT_COND_LINES:
  case SIFT_COND_WATCHED:
    return true;
  case SIFT_COND_ALL:
  case SIFT_COND_ANY:
    break;
  default:
    return false;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    if (!rests_on_nothing(&condition->children[i])) {
      return false;
    }
  }
  return true;
}

static bool same_answer(const struct sift_node *a, const struct sift_node *b) {
  bool same = a->verdict != NULL && b->verdict != NULL && strcmp(a->verdict, b->verdict) == 0 &&
              strcmp(a->branch, b->branch) == 0 && strcmp(a->title, b->title) == 0 && strcmp(a->reference, b->reference) == 0 &&
              a->severity == b->severity && a->confidence == b->confidence && a->action_count == b->action_count;
  for (size_t i = 0; i < a->action_count && same; i++) {
    same = strcmp(a->actions[i], b->actions[i]) == 0;
  }
  return same;
}

/* The last children, where they say what their parent says without them. */
static void lint_children(const struct lint *lint, const struct sift_node *node) {
  for (size_t i = node->child_count; i > 0; i--) {
    const struct sift_node *child = &node->children[i - 1];
    if (child->child_count > 0 || !rests_on_nothing(&child->when) || !same_answer(node, child)) {
      return;
    }
    sift_lint_warn(lint->problems, spot_of(lint, child), "", "remove it, or let it say something else",
                   "changes nothing: '%s' above it says the same", node->id);
  }
}

/* What stands below a node that never holds is not told of by itself. */
static void lint_nodes(struct lint *lint, const struct place *parent, const struct sift_node *nodes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct place place = {parent, nodes, i};
    lint->logic.steps = SIFT_LOGIC_STEPS;
    if (!lint_condition(lint, &place) && !lint_order(lint, &place)) {
      lint_children(lint, &nodes[i]);
      lint_nodes(lint, &place, nodes[i].children, nodes[i].child_count);
    }
  }
}

static void lint_end(struct lint *lint, const struct sift_tree *tree) {
  for (size_t i = 0; i < tree->count; i++) {
    if (sift_logic_always(&lint->logic, &tree->nodes[i].when) && decides(lint, &tree->nodes[i])) {
      return;
    }
  }
  sift_lint_warn(lint->problems, spot_of(lint, &tree->nodes[tree->count - 1]), "",
                 "end the tree with a node that has `when: {always: true}` and a verdict",
                 "where this last node does not hold, no verdict is given");
}

void sift_lint_tree(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  struct lint lint = {.file = ruleset->tree.file, .problems = problems};
  sift_logic_init(&lint.logic, ruleset);
  lint_nodes(&lint, NULL, ruleset->tree.nodes, ruleset->tree.count);
  if (ruleset->tree.count > 0) {
    lint.logic.steps = SIFT_LOGIC_STEPS;
    lint_end(&lint, &ruleset->tree);
  }
  sift_lint_uses(ruleset, problems);
}

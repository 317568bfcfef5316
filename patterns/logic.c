#include "patterns/logic.h"

enum { RULES_COMPARED_MAX = 256 };

static bool compound(const struct sift_condition *condition) {
  return condition->kind == SIFT_COND_ALL || condition->kind == SIFT_COND_ANY || condition->kind == SIFT_COND_NOT;
}

/* False where the question has taken long enough. */
static bool step(struct sift_logic *logic) {
  logic->steps -= logic->steps > 0;
  return logic->steps > 0;
}

void sift_logic_init(struct sift_logic *logic, const struct sift_ruleset *ruleset) {
  *logic = (struct sift_logic){.ruleset = ruleset, .steps = SIFT_LOGIC_STEPS};
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    logic->rules[rule->class_index]++;
    logic->marks[rule->mark] = true;
    for (uint32_t severity = 0; rule->mark == SIFT_MARK_NONE && severity <= (uint32_t)rule->severity; severity++) {
      logic->faults[rule->class_index][severity]++;
    }
  }
  /* Facts set these too, where they say that the Space runs. */
  logic->marks[SIFT_MARK_LISTENING] = logic->marks[SIFT_MARK_HEALTHY] = true;
}

static bool class_implies(const struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b) {
  return b->kind == SIFT_COND_CLASS      ? a->index == b->index
         : b->kind == SIFT_COND_SEVERITY ? logic->faults[a->index][b->index] == logic->rules[a->index]
                                         : false;
}

static bool rule_implies(const struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b) {
  const struct sift_rule *rule = &logic->ruleset->rules[a->index];
  return b->kind == SIFT_COND_RULE       ? a->index == b->index
         : b->kind == SIFT_COND_CLASS    ? rule->class_index == b->index
         : b->kind == SIFT_COND_SEVERITY ? rule->mark == SIFT_MARK_NONE && (uint32_t)rule->severity >= b->index
                                         : false;
}

/* What is as old as `a` minutes is as old as `b`; a Space's own timeout may be any number. */
static bool longer(uint64_t a, uint64_t b) {
  bool own = a == SIFT_MINUTES_STARTUP_TIMEOUT || b == SIFT_MINUTES_STARTUP_TIMEOUT;
  return own ? a == b : a >= b;
}

/* Neither is put together from others. */
static bool simple_implies(const struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b) {
  switch (a->kind) {
  case SIFT_COND_CLASS:
    return class_implies(logic, a, b);
  case SIFT_COND_EVIDENCE_AFTER:
    return class_implies(logic, a, b) || (b->kind == a->kind && a->index == b->index && a->other == b->other);
  case SIFT_COND_RULE:
    return rule_implies(logic, a, b);
  case SIFT_COND_SEVERITY:
    return b->kind == SIFT_COND_SEVERITY && a->index >= b->index;
  case SIFT_COND_PHASE:
    return b->kind == SIFT_COND_PHASE && (a->index & ~b->index) == 0;
  case SIFT_COND_MARK:
    return b->kind == SIFT_COND_MARK && a->index == b->index;
  case SIFT_COND_AFTER:
    return (b->kind == SIFT_COND_AFTER && a->index == b->index && a->other == b->other) ||
           (b->kind == SIFT_COND_MARK && a->index == b->index);
  case SIFT_COND_AGE:
    return (b->kind == SIFT_COND_AGE && a->index == b->index && longer(a->low, b->low)) ||
           (b->kind == SIFT_COND_MARK && a->index == b->index);
  case SIFT_COND_LINES:
    return b->kind == SIFT_COND_LINES && a->low >= b->low && a->high <= b->high;
  case SIFT_COND_INCIDENT:
  case SIFT_COND_WATCHED:
    return a->kind == b->kind;
  default:
    return false;
  }
}

/* One of a class's rules must have been seen, so a list of them all asks for the class. */
static bool asks_all_rules(const struct sift_logic *logic, uint32_t class_index, const struct sift_condition *any) {
  size_t found = 0;
  if (any->child_count > RULES_COMPARED_MAX || any->child_count < logic->rules[class_index]) {
    return false;
  }
  for (size_t i = 0; i < any->child_count; i++) {
    const struct sift_condition *child = &any->children[i];
    bool first = child->kind == SIFT_COND_RULE && logic->ruleset->rules[child->index].class_index == class_index;
    for (size_t j = 0; j < i && first; j++) {
      first = any->children[j].kind != SIFT_COND_RULE || any->children[j].index != child->index;
    }
    found += first;
  }
  return found > 0 && found == logic->rules[class_index];
}

static bool each_implies(struct sift_logic *logic, const struct sift_condition *any, const struct sift_condition *b) {
  for (size_t i = 0; i < any->child_count; i++) {
    if (!sift_logic_implies(logic, &any->children[i], b)) {
      return false;
    }
  }
  return true;
}

static bool some_implies(struct sift_logic *logic, const struct sift_condition *all, const struct sift_condition *b) {
  for (size_t i = 0; i < all->child_count; i++) {
    if (sift_logic_implies(logic, &all->children[i], b)) {
      return true;
    }
  }
  return false;
}

static bool implies_each(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *all) {
  for (size_t i = 0; i < all->child_count; i++) {
    if (!sift_logic_implies(logic, a, &all->children[i])) {
      return false;
    }
  }
  return true;
}

static bool implies_some(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *any) {
  bool of_class = a->kind == SIFT_COND_CLASS || a->kind == SIFT_COND_EVIDENCE_AFTER;
  if (of_class && asks_all_rules(logic, a->index, any)) {
    return true;
  }
  for (size_t i = 0; i < any->child_count; i++) {
    if (sift_logic_implies(logic, a, &any->children[i])) {
      return true;
    }
  }
  return false;
}

/* Each step goes down in one of the two, whose depth is that of the YAML. */
bool sift_logic_implies(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b) {
  if (!step(logic)) {
    return false;
  }
  if (b->kind == SIFT_COND_ALWAYS) {
    return true;
  }
  if (a->kind == SIFT_COND_ANY) {
    return each_implies(logic, a, b);
  }
  if (b->kind == SIFT_COND_ALL) {
    return implies_each(logic, a, b);
  }
  if (a->kind == SIFT_COND_ALL && some_implies(logic, a, b)) {
    return true;
  }
  if (b->kind == SIFT_COND_ANY) {
    return implies_some(logic, a, b);
  }
  if (b->kind == SIFT_COND_NOT) {
    return sift_logic_excludes(logic, a, &b->children[0]);
  }
  return !compound(a) && simple_implies(logic, a, b);
}

static bool simple_excludes(const struct sift_condition *a, const struct sift_condition *b) {
  if (a->kind != b->kind) {
    return false;
  }
  switch (a->kind) {
  case SIFT_COND_PHASE:
    return (a->index & b->index) == 0;
  case SIFT_COND_LINES:
    return a->low > b->high || b->low > a->high;
  case SIFT_COND_AFTER:
    return a->index == b->other && a->other == b->index;
  default:
    return false;
  }
}

bool sift_logic_excludes(struct sift_logic *logic, const struct sift_condition *a, const struct sift_condition *b) {
  if (!step(logic)) {
    return false;
  }
  if (a->kind == SIFT_COND_NOT || b->kind == SIFT_COND_NOT) {
    const struct sift_condition *not = a->kind == SIFT_COND_NOT ? a : b;
    return not ->children != NULL && sift_logic_implies(logic, not == a ? b : a, &not ->children[0]);
  }
  if (compound(a) || compound(b)) {
    const struct sift_condition *whole = a->kind == SIFT_COND_ANY || !compound(b) ? a : b; /* each of any, then one of all */
    const struct sift_condition *part = whole == a ? b : a;
    bool all = whole->kind == SIFT_COND_ALL;
    for (size_t i = 0; i < whole->child_count; i++) {
      if (sift_logic_excludes(logic, &whole->children[i], part) == all) {
        return all;
      }
    }
    return !all;
  }
  return simple_excludes(a, b);
}

bool sift_logic_always(struct sift_logic *logic, const struct sift_condition *condition) {
  const struct sift_condition *culprit;
  const struct sift_condition *other;
  bool all = condition->kind == SIFT_COND_ALL;
  if (condition->kind == SIFT_COND_NOT) {
    return sift_logic_never(logic, &condition->children[0], &culprit, &other);
  }
  if (!all && condition->kind != SIFT_COND_ANY) {
    return condition->kind == SIFT_COND_ALWAYS ||
           (condition->kind == SIFT_COND_LINES && condition->low == 0 && condition->high == UINT64_MAX);
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    if (sift_logic_always(logic, &condition->children[i]) != all) {
      return !all;
    }
  }
  return all;
}

static bool simple_never(const struct sift_logic *logic, const struct sift_condition *condition) {
  switch (condition->kind) {
  case SIFT_COND_CLASS:
  case SIFT_COND_EVIDENCE_AFTER:
    return logic->rules[condition->index] == 0;
  case SIFT_COND_PHASE:
    return condition->index == 0;
  case SIFT_COND_LINES:
    return condition->low > condition->high;
  case SIFT_COND_AFTER:
    return condition->index == condition->other || !logic->marks[condition->index];
  case SIFT_COND_MARK:
  case SIFT_COND_AGE:
    return !logic->marks[condition->index];
  default:
    return false;
  }
}

static bool all_never(struct sift_logic *logic, const struct sift_condition *all, const struct sift_condition **culprit,
                      const struct sift_condition **other) {
  for (size_t i = 0; i < all->child_count; i++) {
    if (sift_logic_never(logic, &all->children[i], culprit, other)) {
      return true;
    }
  }
  for (size_t i = 1; i < all->child_count && logic->steps > 0; i++) {
    for (size_t j = 0; j < i && logic->steps > 0; j++) {
      if (sift_logic_excludes(logic, &all->children[i], &all->children[j])) {
        *culprit = &all->children[i];
        *other = &all->children[j];
        return true;
      }
    }
  }
  return false;
}

bool sift_logic_never(struct sift_logic *logic, const struct sift_condition *condition, const struct sift_condition **culprit,
                      const struct sift_condition **other) {
  *culprit = condition;
  *other = NULL;
  if (condition->kind == SIFT_COND_ALL) {
    return all_never(logic, condition, culprit, other);
  }
  if (condition->kind == SIFT_COND_NOT) {
    return sift_logic_always(logic, &condition->children[0]);
  }
  if (condition->kind != SIFT_COND_ANY) {
    return simple_never(logic, condition);
  }
  bool never = condition->child_count > 0;
  for (size_t i = 0; i < condition->child_count && never; i++) {
    never = sift_logic_never(logic, &condition->children[i], culprit, other);
  }
  if (never && condition->child_count > 1) {
    *culprit = condition;
    *other = NULL;
  }
  return never;
}

/* Brings a rule set into its one order: an index is a rank, whatever file a rule stood in. */
#include <assert.h>
#include <stdlib.h>

#include "engine/ruleset_internal.h"

/* An id and where it stood before sorting. */
struct entry {
  const char *id;
  uint32_t old;
};

static int by_id(const void *a, const void *b) {
  const struct entry *x = a;
  const struct entry *y = b;
  int order = strcmp(x->id, y->id);
  return order != 0 ? order : (x->old > y->old) - (x->old < y->old);
}

/* Where each old index went. */
struct ranks {
  uint32_t *classes;
  uint32_t *rules;
};

static void number(struct entry *entries, size_t count, uint32_t *ranks) {
  if (count > 0) {
    qsort(entries, count, sizeof *entries, by_id);
  }
  for (size_t i = 0; i < count; i++) {
    ranks[entries[i].old] = (uint32_t)i;
  }
}

static bool sort_classes(struct sift_ruleset *ruleset, struct entry *entries, uint32_t *ranks) {
  struct sift_class *sorted = malloc((ruleset->class_count + 1) * sizeof *sorted);
  if (sorted == NULL) {
    return false;
  }
  for (size_t i = 0; i < ruleset->class_count; i++) {
    entries[i] = (struct entry){ruleset->classes[i].id, (uint32_t)i};
  }
  number(entries, ruleset->class_count, ranks);
  for (size_t i = 0; i < ruleset->class_count; i++) {
    sorted[i] = ruleset->classes[entries[i].old];
  }
  free(ruleset->classes);
  ruleset->classes = sorted;
  ruleset->class_capacity = ruleset->class_count + 1;
  return true;
}

static bool sort_rules(struct sift_ruleset *ruleset, struct entry *entries, const struct ranks *ranks) {
  struct sift_rule *sorted = malloc((ruleset->rule_count + 1) * sizeof *sorted);
  if (sorted == NULL) {
    return false;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    entries[i] = (struct entry){ruleset->rules[i].id, (uint32_t)i};
  }
  number(entries, ruleset->rule_count, ranks->rules);
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    sorted[i] = ruleset->rules[entries[i].old];
    assert(sorted[i].class_index < ruleset->class_count);
    sorted[i].class_index = ranks->classes[sorted[i].class_index];
  }
  free(ruleset->rules);
  ruleset->rules = sorted;
  ruleset->rule_capacity = ruleset->rule_count + 1;
  return true;
}

/* Bits in order of name; bit 31, for all other channels, stays. */
static void sort_channels(struct sift_ruleset *ruleset) {
  struct entry entries[SIFT_CHANNELS_MAX];
  uint32_t ranks[SIFT_CHANNELS_MAX] = {0};
  size_t count = ruleset->channel_count;
  assert(count < SIFT_CHANNELS_MAX);
  for (size_t i = 0; i < count; i++) {
    entries[i] = (struct entry){ruleset->channels[i], (uint32_t)i};
  }
  number(entries, count, ranks);
  for (size_t i = 0; i < count; i++) {
    ruleset->channels[i] = entries[i].id;
  }
  uint32_t named = (UINT32_C(1) << count) - 1;
  for (size_t r = 0; r < ruleset->rule_count; r++) {
    uint32_t bits = ruleset->rules[r].channels & ~named;
    for (size_t i = 0; i < count; i++) {
      bits |= (ruleset->rules[r].channels >> i & 1) << ranks[i];
    }
    ruleset->rules[r].channels = bits;
  }
}

static uint64_t class_bit(uint32_t class_index) {
  return UINT64_C(1) << class_index % 64;
}

/* What `classes` of the children say of `all` of them, where one is enough to know, or of `any`. */
static uint64_t classes_of_children(const struct sift_condition *condition) {
  uint64_t classes = 0;
  for (size_t i = 0; i < condition->child_count; i++) {
    uint64_t child = condition->children[i].classes;
    if (condition->kind == SIFT_COND_ALL ? child != 0 : child == 0) {
      return child;
    }
    classes |= child;
  }
  return classes;
}

/* After its children and its own index. */
static uint64_t classes_of(const struct sift_condition *condition, const struct sift_ruleset *ruleset) {
  switch (condition->kind) {
  case SIFT_COND_CLASS:
  case SIFT_COND_EVIDENCE_AFTER:
    return class_bit(condition->index);
  case SIFT_COND_RULE:
  case SIFT_COND_SAME:
  case SIFT_COND_DIFFERS:
    return class_bit(ruleset->rules[condition->index].class_index);
  case SIFT_COND_ALL:
  case SIFT_COND_ANY:
    return classes_of_children(condition);
  default:
    return 0;
  }
}

/* The tree is constant to everyone else; its nodes lie in the rule set's arena, which is writable until it is sealed. */
static void renumber_condition(const struct sift_condition *condition, const struct sift_ruleset *ruleset,
                               const struct ranks *ranks) {
  struct sift_condition *writable = (struct sift_condition *)condition;
  if (sift_condition_names_class(condition)) {
    assert(condition->index < ruleset->class_count);
    writable->index = ranks->classes[condition->index];
  } else if (sift_condition_names_rule(condition)) {
    assert(condition->index < ruleset->rule_count);
    writable->index = ranks->rules[condition->index];
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    renumber_condition(&condition->children[i], ruleset, ranks);
  }
  writable->classes = classes_of(condition, ruleset);
}

static void renumber_nodes(const struct sift_node *nodes, size_t count, const struct sift_ruleset *ruleset,
                           const struct ranks *ranks) {
  for (size_t i = 0; i < count; i++) {
    renumber_condition(&nodes[i].when, ruleset, ranks);
    renumber_nodes(nodes[i].children, nodes[i].child_count, ruleset, ranks);
  }
}

enum sift_status sift_ruleset_sort(struct sift_ruleset *ruleset) {
  enum sift_status status = SIFT_ENOMEM;
  size_t most = ruleset->class_count > ruleset->rule_count ? ruleset->class_count : ruleset->rule_count;
  struct entry *entries = calloc(most + 1, sizeof *entries);
  struct ranks ranks = {.classes = calloc(ruleset->class_count + 1, sizeof(uint32_t)),
                        .rules = calloc(ruleset->rule_count + 1, sizeof(uint32_t))};
  if (entries == NULL || ranks.classes == NULL || ranks.rules == NULL) {
    goto out;
  }
  if (!sort_classes(ruleset, entries, ranks.classes) || !sort_rules(ruleset, entries, &ranks)) {
    goto out;
  }
  sort_channels(ruleset);
  renumber_nodes(ruleset->tree.nodes, ruleset->tree.count, ruleset, &ranks);
  status = SIFT_OK;
out:
  free(entries);
  free(ranks.classes);
  free(ranks.rules);
  return status;
}

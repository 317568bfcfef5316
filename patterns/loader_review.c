/* The rules are read once more from their YAML, entry by entry as they stand there: the loader keeps of them only what was
 * good, which would number the rest wrongly. */
#include "patterns/loader_review.h"

#include <limits.h>
#include <string.h>

#include "engine/database.h"

struct review {
  const struct sift_problems *told;
  struct sift_arena *arena;
  struct sift_ruleset *ruleset; /* only what the engine judges: patterns and examples, and what names them */
  const char *file;
};

struct place {
  unsigned line, column;
};

static const struct place nowhere = {UINT_MAX, UINT_MAX};

static struct place place_of(const struct sift_yaml *node) {
  return (struct place){node->line, node->column};
}

static bool before(struct place a, struct place b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

static bool is_told(const struct review *review, const struct sift_yaml *node) {
  for (size_t i = 0; i < review->told->count; i++) {
    const struct sift_problem *problem = &review->told->items[i];
    bool here = problem->line == node->line && problem->column == node->column;
    if (here && !problem->warning && strcmp(problem->file, review->file) == 0) {
      return true;
    }
  }
  return false;
}

/* The fields of a rule that say nothing of which lines it matches. */
static bool beside_matching(const char *field) {
  static const char *const names[] = {"id",   "class",    "severity", "title",     "channels", "capture",
                                      "mark", "headline", "actions",  "reference", "examples"};
  size_t len = strcspn(field, ".[");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strlen(names[i]) == len && memcmp(field, names[i], len) == 0) {
      return true;
    }
  }
  return false;
}

/* Whether all the patterns that the author meant are there. An error without a field, or of an unknown one, may have cost some. */
static bool patterns_are_whole(const struct review *review, struct place begin, struct place end) {
  for (size_t i = 0; i < review->told->count; i++) {
    const struct sift_problem *problem = &review->told->items[i];
    struct place at = {problem->line, problem->column};
    bool within = !before(at, begin) && before(at, end) && strcmp(problem->file, review->file) == 0;
    if (within && !problem->warning && !beside_matching(problem->field)) {
      return false;
    }
  }
  return true;
}

/* The texts of a list, without data where an error was told of one. */
static bool read_texts(const struct review *review, const struct sift_yaml *list, struct sift_texts *out) {
  if (list == NULL || list->kind != SIFT_YAML_LIST) {
    return true;
  }
  struct sift_span *items = sift_arena_alloc(review->arena, (list->count + 1) * sizeof *items);
  if (items == NULL) {
    return false;
  }
  for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
    items[out->count++] = is_told(review, node) ? sift_span(NULL, 0) : node->text;
  }
  out->items = items;
  return true;
}

static bool read_patterns(const struct review *review, const struct sift_yaml *list, struct sift_patterns *out) {
  struct sift_texts texts = {0};
  if (!read_texts(review, list, &texts)) {
    return false;
  }
  struct sift_pattern *items = sift_arena_alloc(review->arena, (texts.count + 1) * sizeof *items);
  if (items == NULL) {
    return false;
  }
  for (const struct sift_yaml *node = texts.count > 0 ? list->first : NULL; node != NULL; node = node->next) {
    items[out->count] = (struct sift_pattern){texts.items[out->count].data, node->line, node->column};
    out->count++;
  }
  out->items = items;
  return true;
}

static bool read_examples(const struct review *review, const struct sift_yaml *examples, struct sift_rule *rule) {
  if (examples == NULL || examples->kind != SIFT_YAML_MAP) {
    return true;
  }
  return read_texts(review, sift_yaml_get(examples, "match"), &rule->match) &&
         read_texts(review, sift_yaml_get(examples, "no_match"), &rule->no_match);
}

static bool read_rule(const struct review *review, const struct sift_yaml *node, struct place end) {
  struct sift_rule *rule = sift_ruleset_add_rule(review->ruleset);
  if (rule == NULL) {
    return review->ruleset->rule_count == SIFT_RULES_MAX; /* told by the loader */
  }
  const struct sift_yaml *id = sift_yaml_get(node, "id");
  bool named = id != NULL && id->kind == SIFT_YAML_SCALAR && !is_told(review, id);
  rule->id = named ? id->text.data : "";
  rule->file = review->file;
  rule->line = node->line;
  rule->column = node->column;
  bool good = read_patterns(review, sift_yaml_get(node, "any"), &rule->any) &&
              read_patterns(review, sift_yaml_get(node, "all"), &rule->all) &&
              read_patterns(review, sift_yaml_get(node, "none"), &rule->none);
  if (good && patterns_are_whole(review, place_of(node), end)) {
    good = read_examples(review, sift_yaml_get(node, "examples"), rule);
  }
  return good;
}

static bool read_rules(const struct review *review, const struct sift_yaml *list) {
  if (list == NULL || list->kind != SIFT_YAML_LIST) {
    return true;
  }
  struct place list_end = list->next != NULL ? place_of(list->next->key) : nowhere;
  bool good = true;
  for (const struct sift_yaml *node = list->first; node != NULL && good; node = node->next) {
    if (node->kind == SIFT_YAML_MAP) {
      good = read_rule(review, node, node->next != NULL ? place_of(node->next) : list_end);
    }
  }
  return good;
}

static bool read_documents(struct review *review, const struct sift_loader *loader) {
  bool good = true;
  for (size_t i = 0; i < loader->document_count && good; i++) {
    const struct sift_document *document = &loader->documents[i];
    review->file = document->file;
    good = document->root == NULL || read_rules(review, sift_yaml_get(document->root, "rules"));
  }
  return good;
}

enum sift_status sift_loader_review(struct sift_loader *loader) {
  struct sift_problems *problems = loader->reading.problems;
  if (problems->count >= SIFT_PROBLEMS_MAX) {
    return SIFT_OK; /* none is shown any more, and what was told cannot be looked up */
  }
  struct review review = {.told = problems, .arena = &loader->scratch};
  enum sift_status status = sift_ruleset_new(&review.ruleset);
  if (status == SIFT_OK) {
    status = read_documents(&review, loader) ? sift_database_review(review.ruleset, problems) : SIFT_ENOMEM;
  }
  sift_ruleset_free(review.ruleset);
  return status;
}

/* The rules are read once more from their YAML, entry by entry as they stand there: the loader keeps of them only what was
 * good, which would number the rest wrongly. */
#include "patterns/loader_review.h"

#include <limits.h>
#include <string.h>

#include "engine/database.h"
#include "patterns/lint_internal.h"
#include "patterns/nearest.h"
#include "patterns/proof.h"

struct place {
  unsigned line, column;
};

static const struct place nowhere = {UINT_MAX, UINT_MAX};

/* Where a rule stands, up to what follows it, and its examples, which are kept back while patterns are judged. */
struct entry {
  const struct sift_yaml *node;
  struct place end;
  struct sift_texts match, no_match;
};

struct review {
  struct sift_problems *told;
  struct sift_arena *arena;
  struct sift_ruleset *ruleset; /* what the engine and the lint judge; what an error was told of is NULL or left out */
  struct entry *entries;        /* by rule */
  const char *file;
};

static struct place place_of(const struct sift_yaml *node) {
  return (struct place){node->line, node->column};
}

static bool before(struct place a, struct place b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

static bool is_told(const struct review *review, const struct sift_yaml *node) {
  return sift_proof_told(review->told, review->file, node->line, node->column);
}

/* ---- what errors within a rule leave in doubt ---- */

/* The fields of a rule that an error may have cost some of what was meant. */
struct loss {
  bool any, all, none;
  bool texts;    /* title, actions or captures */
  bool examples; /* some of them are not as they were meant */
  bool meeting;  /* channels or mark: which lines another rule shares */
};

static const struct loss everything = {true, true, true, true, true, true};

/* What is lost by an error in a field that rules have. False for any other name. */
static bool note_known(struct sift_span field, struct loss *loss) {
  static const struct {
    const char *name;
    struct loss loss;
  } fields[] = {
      {"any", {.any = true, .texts = true}},
      {"all", {.all = true}},
      {"none", {.none = true}},
      {"title", {.texts = true}},
      {"actions", {.texts = true}},
      {"capture", {.texts = true}},
      {"examples", {.examples = true}},
      {"channels", {.meeting = true}},
      {"mark", {.meeting = true}},
      {"id", {0}},
      {"class", {0}},
      {"severity", {0}},
      {"headline", {0}},
      {"reference", {0}},
  };
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (sift_span_equal(field, sift_span_of(fields[i].name))) {
      const struct loss *more = &fields[i].loss;
      *loss = (struct loss){loss->any | more->any,     loss->all | more->all,           loss->none | more->none,
                            loss->texts | more->texts, loss->examples | more->examples, loss->meeting | more->meeting};
      return true;
    }
  }
  return false;
}

/* A field that no rule has: it is taken for the nearest, which the message asks about too. Where none is near, only a list could
 * have been meant as patterns. */
static void note_unknown(const struct entry *entry, const struct sift_problem *problem, struct loss *loss) {
  static const char *const names[] = {"any",      "all",  "none", "title", "actions",  "capture",  "channels",
                                      "examples", "mark", "id",   "class", "severity", "headline", "reference"};
  struct sift_nearest nearest = sift_nearest_to(sift_span_of(problem->field));
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    sift_nearest_try(&nearest, names[i]);
  }
  const struct sift_yaml *value = entry->node->first;
  while (value != NULL && (value->key->line != problem->line || value->key->column != problem->column)) {
    value = value->next;
  }
  if (value == NULL) {
    *loss = everything; /* an error of the YAML itself */
  } else if (nearest.best != NULL) {
    note_known(sift_span_of(nearest.best), loss);
  } else if (value->kind == SIFT_YAML_LIST) {
    loss->any = loss->all = loss->none = true;
  }
}

static struct loss loss_of(const struct review *review, const struct entry *entry) {
  struct loss loss = {0};
  for (size_t i = 0; i < review->told->count; i++) {
    const struct sift_problem *problem = &review->told->items[i];
    struct place at = {problem->line, problem->column};
    bool within = !before(at, place_of(entry->node)) && before(at, entry->end) && strcmp(problem->file, review->file) == 0;
    if (within && !problem->warning && !note_known(sift_span(problem->field, strcspn(problem->field, ".[")), &loss)) {
      note_unknown(entry, problem, &loss);
    }
  }
  return loss;
}

/* ---- reading ---- */

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

static bool read_examples(const struct review *review, const struct sift_yaml *examples, struct entry *entry) {
  if (examples == NULL || examples->kind != SIFT_YAML_MAP) {
    return true;
  }
  return read_texts(review, sift_yaml_get(examples, "match"), &entry->match) &&
         read_texts(review, sift_yaml_get(examples, "no_match"), &entry->no_match);
}

/* What only the lint looks at, left out where it is in doubt. */
static bool read_rest(const struct review *review, const struct sift_yaml *node, const struct loss *loss, struct sift_rule *rule) {
  const struct sift_yaml *mark = sift_yaml_get(node, "mark");
  const struct sift_yaml *title = sift_yaml_get(node, "title");
  rule->title = "";
  rule->channels = loss->any || loss->all || loss->none || loss->meeting ? 0 : UINT32_MAX;
  if (sift_yaml_get(node, "channels") != NULL) {
    rule->channels = 0; /* those of another rule may be others */
  }
  if (mark != NULL && mark->kind == SIFT_YAML_SCALAR) {
    (void)sift_mark_parse(mark->text, &rule->mark);
  }
  if (loss->texts) {
    return true;
  }
  rule->title = title != NULL && title->kind == SIFT_YAML_SCALAR ? title->text.data : "";
  return read_texts(review, sift_yaml_get(node, "capture"), &rule->captures) &&
         read_texts(review, sift_yaml_get(node, "actions"), &rule->actions);
}

static bool read_rule(const struct review *review, const struct sift_yaml *node, struct place end) {
  struct sift_rule *rule = sift_ruleset_add_rule(review->ruleset);
  if (rule == NULL) {
    return review->ruleset->rule_count == SIFT_RULES_MAX; /* told by the loader */
  }
  struct entry *entry = &review->entries[review->ruleset->rule_count - 1];
  *entry = (struct entry){.node = node, .end = end};
  const struct sift_yaml *id = sift_yaml_get(node, "id");
  bool named = id != NULL && id->kind == SIFT_YAML_SCALAR && !is_told(review, id);
  rule->id = named ? id->text.data : "";
  rule->file = review->file;
  rule->line = node->line;
  rule->column = node->column;
  struct loss loss = loss_of(review, entry);
  return read_patterns(review, sift_yaml_get(node, "any"), &rule->any) &&
         read_patterns(review, sift_yaml_get(node, "all"), &rule->all) &&
         read_patterns(review, sift_yaml_get(node, "none"), &rule->none) &&
         read_examples(review, sift_yaml_get(node, "examples"), entry) && read_rest(review, node, &loss, rule);
}

static bool read_rules(const struct review *review, const struct sift_yaml *list) {
  struct place list_end = list->next != NULL ? place_of(list->next->key) : nowhere;
  bool good = true;
  for (const struct sift_yaml *node = list->first; node != NULL && good; node = node->next) {
    if (node->kind == SIFT_YAML_MAP) {
      good = read_rule(review, node, node->next != NULL ? place_of(node->next) : list_end);
    }
  }
  return good;
}

/* The list of rules of a document, or NULL. */
static const struct sift_yaml *rules_of(const struct sift_document *document) {
  const struct sift_yaml *list = document->root != NULL ? sift_yaml_get(document->root, "rules") : NULL;
  return list != NULL && list->kind == SIFT_YAML_LIST ? list : NULL;
}

static bool read_documents(struct review *review, const struct sift_loader *loader) {
  size_t count = 0;
  for (size_t i = 0; i < loader->document_count; i++) {
    const struct sift_yaml *list = rules_of(&loader->documents[i]);
    count += list != NULL ? list->count : 0;
  }
  review->entries = sift_arena_alloc(review->arena, (count + 1) * sizeof *review->entries);
  bool good = review->entries != NULL;
  for (size_t i = 0; i < loader->document_count && good; i++) {
    const struct sift_yaml *list = rules_of(&loader->documents[i]);
    review->file = loader->documents[i].file;
    good = list == NULL || read_rules(review, list);
  }
  return good;
}

/* ---- judging ---- */

/* Patterns first: which examples can be run depends on what is said against them. */
static enum sift_status judge(struct review *review) {
  struct sift_ruleset *ruleset = review->ruleset;
  struct sift_doubt *doubts = sift_arena_alloc(review->arena, (ruleset->rule_count + 1) * sizeof *doubts);
  if (doubts == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = sift_database_review(ruleset, review->told);
  if (status != SIFT_OK && status != SIFT_ERULES) {
    return status;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct entry *entry = &review->entries[i];
    review->file = ruleset->rules[i].file;
    struct loss loss = loss_of(review, entry);
    doubts[i] = (struct sift_doubt){loss.any, loss.all || loss.none};
    ruleset->rules[i].match = entry->match;
    ruleset->rules[i].no_match = entry->no_match;
  }
  status = sift_proof_run(ruleset, doubts, review->told);
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    review->file = ruleset->rules[i].file;
    if (loss_of(review, &review->entries[i]).examples) {
      ruleset->rules[i].match.count = ruleset->rules[i].no_match.count = 0; /* the lint need not ask for more of them */
    }
  }
  return status;
}

/* Whether an error was told that may have cost a class, a rule of one, or a node. */
static bool order_in_doubt(const struct review *review, size_t told_by_loader) {
  static const char *const fields[] = {"severity",  "title",    "channels", "capture", "headline", "actions",
                                       "reference", "examples", "any",      "all",     "none"};
  for (size_t i = 0; i < told_by_loader; i++) {
    const struct sift_problem *problem = &review->told->items[i];
    bool harmless = problem->warning;
    for (size_t r = 0; r < review->ruleset->rule_count && !harmless; r++) {
      const struct entry *entry = &review->entries[r];
      struct place at = {problem->line, problem->column};
      bool within = !before(at, place_of(entry->node)) && before(at, entry->end) &&
                    strcmp(problem->file, review->ruleset->rules[r].file) == 0;
      for (size_t f = 0; within && f < sizeof fields / sizeof fields[0] && !harmless; f++) {
        harmless = sift_span_equal(sift_span(problem->field, strcspn(problem->field, ".[")), sift_span_of(fields[f]));
      }
    }
    if (!harmless) {
      return true;
    }
  }
  return false;
}

enum sift_status sift_loader_review(struct sift_loader *loader) {
  struct sift_problems *problems = loader->reading.problems;
  if (problems->count >= SIFT_PROBLEMS_MAX) {
    return SIFT_OK; /* none is shown any more, and what was told cannot be looked up */
  }
  size_t told_by_loader = problems->count;
  struct review review = {.told = problems, .arena = &loader->scratch};
  enum sift_status status = sift_ruleset_new(&review.ruleset);
  if (status == SIFT_OK) {
    status = read_documents(&review, loader) ? judge(&review) : SIFT_ENOMEM;
  }
  if (status == SIFT_OK) {
    sift_lint_rules(review.ruleset, problems);
  }
  if (status == SIFT_OK && !loader->partial && !order_in_doubt(&review, told_by_loader)) {
    sift_lint_tree(loader->ruleset, problems);
  }
  sift_ruleset_free(review.ruleset);
  return status;
}

/* Compiles a rule set. Hyperscan decides wherever it can; what it cannot say is let through by its prefilter form and
 * decided by PCRE2. Never HS_FLAG_UTF8 (logs hold invalid UTF-8, which that flag makes undefined behaviour), never
 * HS_FLAG_SINGLEMATCH over a batch (its scope is the whole scan). */
#include "engine/database.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/database_internal.h"
#include "engine/pattern.h"
#include "engine/typical.h"

unsigned sift_wake_flags(const struct sift_compiled *compiled) {
  return HS_FLAG_MULTILINE | (compiled->prefiltered ? HS_FLAG_PREFILTER : 0U);
}

unsigned sift_confirm_flags(const struct sift_compiled *compiled) {
  return HS_FLAG_SINGLEMATCH | (compiled->prefiltered ? HS_FLAG_PREFILTER : 0U);
}

static size_t count_patterns(const struct sift_ruleset *ruleset) {
  size_t count = 0;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    count += ruleset->rules[i].any.count + ruleset->rules[i].all.count + ruleset->rules[i].none.count;
  }
  return count;
}

static void number_role(struct sift_database *database, uint32_t rule, enum sift_role role, struct sift_patterns patterns) {
  for (size_t i = 0; i < patterns.count; i++) {
    struct sift_compiled *compiled = &database->patterns[database->pattern_count++];
    compiled->pattern = &patterns.items[i];
    compiled->rule = rule;
    compiled->role = role;
  }
}

enum sift_status sift_database_number(struct sift_database **out, const struct sift_ruleset *ruleset) {
  *out = NULL;
  struct sift_database *database = calloc(1, sizeof *database);
  if (database == NULL) {
    return SIFT_ENOMEM;
  }
  sift_arena_init(&database->arena);
  database->ruleset = ruleset;
  database->patterns = sift_arena_alloc(&database->arena, count_patterns(ruleset) * sizeof *database->patterns);
  database->first = sift_arena_alloc(&database->arena, (ruleset->rule_count + 1) * sizeof *database->first);
  if (database->patterns == NULL || database->first == NULL) {
    sift_database_free(database);
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    database->first[i] = database->pattern_count;
    number_role(database, i, SIFT_ROLE_ANY, rule->any);
    number_role(database, i, SIFT_ROLE_ALL, rule->all);
    number_role(database, i, SIFT_ROLE_NONE, rule->none);
  }
  database->first[ruleset->rule_count] = database->pattern_count;
  *out = database;
  return SIFT_OK;
}

void sift_database_free(struct sift_database *database) {
  if (database == NULL) {
    return;
  }
  for (uint32_t i = 0; database->patterns != NULL && i < database->pattern_count; i++) {
    sift_program_free(database->patterns[i].plain);
    sift_program_free(database->patterns[i].fast);
  }
  hs_free_database(database->wake);
  hs_free_database(database->literals);
  hs_free_database(database->rest);
  sift_sampler_free(database->sampler);
  hs_free_database(database->confirm);
  sift_arena_release(&database->arena);
  free(database);
}

/* The arrays that hs_compile_multi() wants. */
struct expressions {
  const char **texts;
  unsigned *flags;
  unsigned *ids;
  unsigned count;
  struct sift_arena arena; /* the texts that keep within a line */
};

/* Which of the databases. */
enum part { PART_WAKE, PART_REST, PART_CONFIRM };

/* A line without one of `any` has no hit: the other patterns need not wake it. */
static bool part_has(enum part part, const struct sift_compiled *compiled) {
  bool wakes = part == PART_CONFIRM || compiled->role == SIFT_ROLE_ANY;
  return !compiled->faulty && wakes && (part != PART_REST || compiled->atoms.count == 0);
}

static enum sift_status expressions_init(struct expressions *list, const struct sift_database *database, enum part part) {
  size_t room = database->pattern_count + 1U;
  list->texts = calloc(room, sizeof *list->texts);
  list->flags = calloc(room, sizeof *list->flags);
  list->ids = calloc(room, sizeof *list->ids);
  list->count = 0;
  sift_arena_init(&list->arena);
  if (list->texts == NULL || list->flags == NULL || list->ids == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    const struct sift_compiled *compiled = &database->patterns[i];
    if (!part_has(part, compiled)) {
      continue;
    }
    const char *text = compiled->pattern->text;
    if (part != PART_CONFIRM && compiled->in_line && !sift_pattern_in_line(&text, &list->arena, compiled->pattern->text)) {
      return SIFT_ENOMEM;
    }
    list->texts[list->count] = text;
    list->flags[list->count] = part == PART_CONFIRM ? sift_confirm_flags(compiled) : sift_wake_flags(compiled);
    list->ids[list->count++] = i;
  }
  return SIFT_OK;
}

static void expressions_release(struct expressions *list) {
  free(list->texts);
  free(list->flags);
  free(list->ids);
  sift_arena_release(&list->arena);
}

/* Finds the patterns that keep within a line. SIFT_ENOMEM. */
static enum sift_status find_in_line(struct sift_database *database) {
  struct sift_arena arena;
  bool memory = true;
  sift_arena_init(&arena);
  for (uint32_t i = 0; i < database->pattern_count && memory; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    const char *text = NULL;
    if (compiled->role == SIFT_ROLE_ANY && !compiled->faulty && !compiled->prefiltered) {
      memory = sift_pattern_in_line(&text, &arena, compiled->pattern->text);
      compiled->in_line = text != NULL;
      sift_arena_reset(&arena);
    }
  }
  sift_arena_release(&arena);
  return memory ? SIFT_OK : SIFT_ENOMEM;
}

/* A pattern may pass hs_expression_info() and still be refused in earnest: it is then tried once in prefilter form, and left
 * out where that does not help, so that the next one at fault is told in the same run. False where no pattern is to blame. */
static bool settle_culprit(struct sift_database *database, struct sift_compiled *culprit, const char *message,
                           struct sift_problems *problems) {
  if (culprit == NULL) {
    sift_problems_add(problems, &(struct sift_problem){.file = "", .message = message, .hint = "use fewer or simpler patterns"});
    return false;
  }
  if (culprit->in_line) {
    culprit->in_line = false; /* as it was written it may do */
    return true;
  }
  if (culprit->prefiltered) {
    sift_database_refuse(database, culprit, message, "say it with simpler means", problems);
  }
  culprit->prefiltered = true;
  return true;
}

/* `*again` where the compilation failed and may do better now. */
static enum sift_status compile_once(struct sift_database *database, enum part part, hs_database_t **out,
                                     struct sift_problems *problems, bool *again) {
  struct expressions list;
  hs_compile_error_t *error = NULL;
  *again = false;
  enum sift_status status = expressions_init(&list, database, part);
  if (status == SIFT_OK && list.count > 0 &&
      hs_compile_multi(list.texts, list.flags, list.ids, list.count, HS_MODE_BLOCK, NULL, out, &error) != HS_SUCCESS) {
    struct sift_compiled *culprit = error->expression >= 0 ? &database->patterns[list.ids[error->expression]] : NULL;
    *again = settle_culprit(database, culprit, error->message, problems);
    status = *again ? SIFT_OK : SIFT_ERULES;
    hs_free_compile_error(error);
  }
  expressions_release(&list);
  return status;
}

static enum sift_status compile_one(struct sift_database *database, enum part part, hs_database_t **out,
                                    struct sift_problems *problems) {
  enum sift_status status = SIFT_OK;
  for (bool again = true; status == SIFT_OK && again;) {
    status = compile_once(database, part, out, problems, &again);
  }
  return status;
}

static enum sift_status compile_parts(struct sift_database *database, struct sift_span typical, struct sift_problems *problems) {
  enum sift_status status = find_in_line(database);
  if (status == SIFT_OK) {
    status = compile_one(database, PART_WAKE, &database->wake, problems);
  }
  if (status == SIFT_OK) {
    status = compile_one(database, PART_CONFIRM, &database->confirm, problems);
  }
  if (status == SIFT_OK) {
    status = sift_database_prove(database, typical);
  }
  if (status == SIFT_OK) {
    status = compile_one(database, PART_REST, &database->rest, problems);
  }
  if (status == SIFT_OK) {
    status = sift_database_literals(database);
  }
  return status == SIFT_OK ? sift_database_sampler(database) : status;
}

enum sift_status sift_database_compile(struct sift_database **out, const struct sift_ruleset *ruleset,
                                       struct sift_problems *problems) {
  return sift_database_compile_for(out, ruleset, sift_typical_text(), problems);
}

enum sift_status sift_database_compile_for(struct sift_database **out, const struct sift_ruleset *ruleset, struct sift_span typical,
                                           struct sift_problems *problems) {
  struct sift_database *database = NULL;
  *out = NULL;
  enum sift_status status = sift_database_number(&database, ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  size_t errors = problems->errors;
  if (sift_database_judge(database, problems)) {
    status = compile_parts(database, typical, problems);
  }
  if (status == SIFT_OK) {
    status = problems->errors > errors ? SIFT_ERULES : SIFT_OK;
  }
  if (status == SIFT_ERULES) {
    enum sift_status examples = sift_database_check_alone(database, problems);
    status = examples == SIFT_OK ? SIFT_ERULES : examples;
  }
  if (status != SIFT_OK) {
    sift_database_free(database);
    return status;
  }
  *out = database;
  return SIFT_OK;
}

static size_t database_bytes(const hs_database_t *database) {
  size_t size = 0;
  return database != NULL && hs_database_size(database, &size) == HS_SUCCESS ? size : 0;
}

enum sift_status sift_database_info(const struct sift_database *database, struct sift_database_info *out) {
  *out = (struct sift_database_info){.patterns = database->pattern_count};
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    out->prefiltered += database->patterns[i].prefiltered;
  }
  out->wake_bytes = database_bytes(database->wake);
  out->literals_bytes = database_bytes(database->literals);
  out->rest_bytes = database_bytes(database->rest);
  out->confirm_bytes = database_bytes(database->confirm);
  if (database->wake == NULL) {
    return SIFT_OK;
  }
  hs_scratch_t *scratch = NULL;
  const hs_database_t *const all[] = {database->confirm, database->wake, database->rest, database->literals};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (all[i] != NULL && hs_alloc_scratch(all[i], &scratch) != HS_SUCCESS) {
      hs_free_scratch(scratch);
      return SIFT_ENOMEM;
    }
  }
  hs_scratch_size(scratch, &out->scratch_bytes);
  hs_free_scratch(scratch);
  return SIFT_OK;
}

const struct sift_ruleset *sift_database_ruleset(const struct sift_database *database) {
  return database->ruleset;
}

const char *sift_engine_version(void) {
  return hs_version();
}

const char *sift_engine_platform(void) {
  hs_platform_info_t platform;
  if (hs_populate_platform(&platform) != HS_SUCCESS) {
    return "unknown";
  }
  if ((platform.cpu_features & HS_CPU_FEATURES_AVX512VBMI) != 0) {
    return "avx512vbmi";
  }
  if ((platform.cpu_features & HS_CPU_FEATURES_AVX512) != 0) {
    return "avx512";
  }
  return (platform.cpu_features & HS_CPU_FEATURES_AVX2) != 0 ? "avx2" : "baseline";
}

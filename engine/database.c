/* Compiles a rule set. Hyperscan decides wherever it can; what it cannot say is let through by its prefilter form and
 * decided by PCRE2. Never HS_FLAG_UTF8 (logs hold invalid UTF-8, which that flag makes undefined behaviour), never
 * HS_FLAG_SINGLEMATCH over a batch (its scope is the whole scan). */
#include "engine/database.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/database_internal.h"

/* A hostile line may cost a bounded number of steps: as PCRE2 counts them for matching and for heap frames. */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 4096 };

unsigned sift_wake_flags(const struct sift_compiled *compiled) {
  return HS_FLAG_MULTILINE | (compiled->prefiltered ? HS_FLAG_PREFILTER : 0U);
}

unsigned sift_confirm_flags(const struct sift_compiled *compiled) {
  return HS_FLAG_SINGLEMATCH | (compiled->prefiltered ? HS_FLAG_PREFILTER : 0U);
}

pcre2_code *sift_pcre_compile(const char *pattern, int *error, size_t *offset) {
  uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
  return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, error, offset, NULL);
}

pcre2_match_context *sift_pcre_limits(void) {
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  if (context != NULL) {
    pcre2_set_match_limit(context, MATCH_LIMIT);
    pcre2_set_depth_limit(context, DEPTH_LIMIT);
    pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
  }
  return context;
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
    pcre2_code_free(database->patterns[i].code);
  }
  hs_free_database(database->wake);
  hs_free_database(database->confirm);
  sift_arena_release(&database->arena);
  free(database);
}

static void complain(const struct sift_database *database, const struct sift_compiled *compiled, struct sift_problems *problems,
                     const char *message, const char *hint) {
  static const char *const fields[] = {"any", "all", "none"};
  const struct sift_rule *rule = &database->ruleset->rules[compiled->rule];
  const struct sift_problem problem = {
      .file = rule->file,
      .line = compiled->pattern->line,
      .column = compiled->pattern->column,
      .subject = rule->id,
      .field = fields[compiled->role],
      .message = message,
      .hint = hint,
  };
  sift_problems_add(problems, &problem);
}

static bool known_to_pcre(const struct sift_database *database, const struct sift_compiled *compiled,
                          struct sift_problems *problems) {
  int error = 0;
  size_t offset = 0;
  pcre2_code *code = sift_pcre_compile(compiled->pattern->text, &error, &offset);
  if (code != NULL) {
    pcre2_code_free(code);
    return true;
  }
  char why[160];
  char message[256];
  pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why);
  snprintf(message, sizeof message, "not a valid pattern: %s at character %zu", why, offset + 1);
  complain(database, compiled, problems, message, "write it in PCRE syntax");
  return false;
}

/* Whether Hyperscan takes the pattern as it is, or in prefilter form, and whether it could match nothing at all. */
static bool known_to_hyperscan(const struct sift_database *database, struct sift_compiled *compiled,
                               struct sift_problems *problems) {
  for (int prefiltered = 0; prefiltered <= 1; prefiltered++) {
    compiled->prefiltered = prefiltered != 0;
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_expression_info(compiled->pattern->text, sift_wake_flags(compiled), &info, &error) == HS_SUCCESS) {
      bool empty = info->min_width == 0;
      free(info);
      if (empty) {
        complain(database, compiled, problems, "can match an empty line", "let it hold at least one fixed character");
      }
      return !empty;
    }
    if (prefiltered != 0) {
      char message[256];
      snprintf(message, sizeof message, "Hyperscan refuses it: %s", error->message);
      complain(database, compiled, problems, message, "say it with simpler means");
    }
    hs_free_compile_error(error);
  }
  return false;
}

static bool check_patterns(struct sift_database *database, struct sift_problems *problems) {
  bool good = true;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    if (!known_to_pcre(database, compiled, problems) || !known_to_hyperscan(database, compiled, problems)) {
      good = false;
    }
  }
  return good;
}

/* The arrays that hs_compile_multi() wants. */
struct expressions {
  const char **texts;
  unsigned *flags;
  unsigned *ids;
  unsigned count;
};

static enum sift_status expressions_init(struct expressions *list, const struct sift_database *database, bool wake) {
  size_t room = database->pattern_count + 1U;
  list->texts = calloc(room, sizeof *list->texts);
  list->flags = calloc(room, sizeof *list->flags);
  list->ids = calloc(room, sizeof *list->ids);
  list->count = 0;
  if (list->texts == NULL || list->flags == NULL || list->ids == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    const struct sift_compiled *compiled = &database->patterns[i];
    if (wake && compiled->role != SIFT_ROLE_ANY) {
      continue; /* a line without one of `any` has no hit: the others need not wake it */
    }
    list->texts[list->count] = compiled->pattern->text;
    list->flags[list->count] = wake ? sift_wake_flags(compiled) : sift_confirm_flags(compiled);
    list->ids[list->count++] = i;
  }
  return SIFT_OK;
}

static void expressions_release(struct expressions *list) {
  free(list->texts);
  free(list->flags);
  free(list->ids);
}

/* A pattern may pass hs_expression_info() and still be refused in earnest: it is then tried once in prefilter form. */
static enum sift_status compile_one(struct sift_database *database, bool wake, hs_database_t **out,
                                    struct sift_problems *problems) {
  for (;;) {
    struct expressions list;
    hs_compile_error_t *error = NULL;
    if (expressions_init(&list, database, wake) != SIFT_OK) {
      expressions_release(&list);
      return SIFT_ENOMEM;
    }
    hs_error_t result = list.count == 0
                            ? HS_SUCCESS
                            : hs_compile_multi(list.texts, list.flags, list.ids, list.count, HS_MODE_BLOCK, NULL, out, &error);
    struct sift_compiled *culprit = NULL;
    if (result != HS_SUCCESS && error->expression >= 0) {
      culprit = &database->patterns[list.ids[error->expression]];
    }
    expressions_release(&list);
    if (result == HS_SUCCESS) {
      return SIFT_OK;
    }
    bool again = culprit != NULL && !culprit->prefiltered;
    if (again) {
      culprit->prefiltered = true;
    } else if (culprit != NULL) {
      complain(database, culprit, problems, error->message, "say it with simpler means");
    } else {
      sift_problems_add(problems,
                        &(struct sift_problem){.file = "", .message = error->message, .hint = "use fewer or simpler patterns"});
    }
    hs_free_compile_error(error);
    if (!again) {
      return SIFT_ERULES;
    }
  }
}

static enum sift_status find_groups(struct sift_database *database, struct sift_compiled *compiled) {
  const struct sift_texts *captures = &database->ruleset->rules[compiled->rule].captures;
  compiled->groups = sift_arena_alloc(&database->arena, captures->count * sizeof *compiled->groups);
  if (compiled->groups == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < captures->count; i++) {
    int group = pcre2_substring_number_from_name(compiled->code, (PCRE2_SPTR)captures->items[i].data);
    compiled->groups[i] = group > 0 ? (uint32_t)group : 0;
  }
  return SIFT_OK;
}

enum sift_status sift_database_programs(struct sift_database *database) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    bool captures = compiled->role == SIFT_ROLE_ANY && database->ruleset->rules[compiled->rule].captures.count > 0;
    if (!captures && !compiled->prefiltered) {
      continue;
    }
    int error = 0;
    size_t offset = 0;
    compiled->code = sift_pcre_compile(compiled->pattern->text, &error, &offset);
    if (compiled->code == NULL) {
      return SIFT_EENGINE;
    }
    (void)pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE); /* without JIT it is only slower */
    if (captures && find_groups(database, compiled) != SIFT_OK) {
      return SIFT_ENOMEM;
    }
  }
  return SIFT_OK;
}

enum sift_status sift_database_compile(struct sift_database **out, const struct sift_ruleset *ruleset,
                                       struct sift_problems *problems) {
  struct sift_database *database = NULL;
  *out = NULL;
  enum sift_status status = sift_database_number(&database, ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  status = check_patterns(database, problems) ? SIFT_OK : SIFT_ERULES;
  if (status == SIFT_OK) {
    status = compile_one(database, true, &database->wake, problems);
  }
  if (status == SIFT_OK) {
    status = compile_one(database, false, &database->confirm, problems);
  }
  if (status == SIFT_OK) {
    status = sift_database_programs(database);
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
  out->confirm_bytes = database_bytes(database->confirm);
  if (database->wake == NULL) {
    return SIFT_OK;
  }
  hs_scratch_t *scratch = NULL;
  if (hs_alloc_scratch(database->wake, &scratch) != HS_SUCCESS || hs_alloc_scratch(database->confirm, &scratch) != HS_SUCCESS) {
    hs_free_scratch(scratch);
    return SIFT_ENOMEM;
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

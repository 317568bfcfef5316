/* What the libraries say against a rule set's patterns: all of it, for whoever has to mend them. PCRE2 is the definition of
 * the pattern language and Hyperscan finds the lines, so both must take a pattern. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/database_internal.h"

/* Why a pattern cannot be used, and what to do. */
struct refusal {
  char message[256];
  const char *hint;
};

static const struct sift_patterns *list_of(const struct sift_rule *rule, enum sift_role role) {
  switch (role) {
  case SIFT_ROLE_ALL:
    return &rule->all;
  case SIFT_ROLE_NONE:
    return &rule->none;
  case SIFT_ROLE_ANY:
    break;
  }
  return &rule->any;
}

void sift_database_refuse(const struct sift_database *database, struct sift_compiled *compiled, const char *message,
                          const char *hint, struct sift_problems *problems) {
  static const char *const fields[] = {"any", "all", "none"};
  const struct sift_rule *rule = &database->ruleset->rules[compiled->rule];
  ptrdiff_t index = compiled->pattern - list_of(rule, compiled->role)->items;
  char field[32];
  snprintf(field, sizeof field, "%s[%td]", fields[compiled->role], index + 1);
  const struct sift_problem problem = {
      .file = rule->file,
      .line = compiled->pattern->line,
      .column = compiled->pattern->column,
      .subject = rule->id,
      .field = field,
      .message = message,
      .hint = hint,
  };
  sift_problems_add(problems, &problem);
  compiled->faulty = true;
}

static bool pcre_takes(const struct sift_compiled *compiled, struct refusal *why) {
  int error = 0;
  size_t offset = 0;
  pcre2_code *code = sift_pcre_compile(compiled->pattern->text, &error, &offset);
  if (code != NULL) {
    pcre2_code_free(code);
    return true;
  }
  char reason[160];
  pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, sizeof reason);
  snprintf(why->message, sizeof why->message, "not a valid pattern: %s at character %zu", reason, offset + 1);
  why->hint = "write it in PCRE syntax";
  return false;
}

/* Whether Hyperscan takes the pattern as it is, or in prefilter form, and it could not match nothing at all. */
static bool hyperscan_takes(struct sift_compiled *compiled, struct refusal *why) {
  hs_expr_info_t *info = NULL;
  hs_compile_error_t *error = NULL;
  compiled->prefiltered = false;
  if (hs_expression_info(compiled->pattern->text, sift_wake_flags(compiled), &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    error = NULL;
    compiled->prefiltered = true;
    if (hs_expression_info(compiled->pattern->text, sift_wake_flags(compiled), &info, &error) != HS_SUCCESS) {
      snprintf(why->message, sizeof why->message, "Hyperscan refuses it: %s", error->message);
      why->hint = "say it with simpler means";
      hs_free_compile_error(error);
      return false;
    }
  }
  bool empty = info->min_width == 0;
  free(info);
  if (empty) {
    snprintf(why->message, sizeof why->message, "can match an empty line");
    why->hint = "let it hold at least one fixed character";
  }
  return !empty;
}

bool sift_database_takes(const struct sift_pattern *pattern) {
  struct sift_compiled compiled = {.pattern = pattern};
  struct refusal why;
  return pcre_takes(&compiled, &why) && hyperscan_takes(&compiled, &why);
}

bool sift_database_judge(struct sift_database *database, struct sift_problems *problems) {
  bool good = true;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    struct refusal why;
    if (!compiled->faulty && (!pcre_takes(compiled, &why) || !hyperscan_takes(compiled, &why))) {
      sift_database_refuse(database, compiled, why.message, why.hint, problems);
    }
    good = good && !compiled->faulty;
  }
  return good;
}

enum sift_status sift_database_review(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  struct sift_database *database = NULL;
  size_t errors = problems->errors;
  enum sift_status status = sift_database_number(&database, ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    database->patterns[i].faulty = database->patterns[i].pattern->text == NULL;
  }
  sift_database_judge(database, problems);
  status = sift_database_check_alone(database, problems);
  sift_database_free(database);
  return status == SIFT_OK && problems->errors > errors ? SIFT_ERULES : status;
}

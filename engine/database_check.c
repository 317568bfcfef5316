/* Every rule carries its own proof: examples that must match and lines that look alike and must not. They are run through
 * the combined databases, as a scan would, and through PCRE2, which is the definition of the pattern language. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/batch.h"
#include "engine/database_internal.h"
#include "engine/scanner.h"

struct check {
  const struct sift_database *database;
  struct sift_problems *problems;
  struct sift_scanner *scanner; /* NULL: PCRE2 alone */
  pcre2_code **codes;           /* by pattern number, NULL where it is faulty; NULL without PCRE2 */
  pcre2_match_data *match;
  char *line; /* the example with padding behind */
  size_t line_capacity;
  uint32_t rule; /* under test */
  bool hit;
};

static bool note_hit(void *context, const struct sift_hit *hit) {
  struct check *check = context;
  check->hit = check->hit || hit->rule == check->rule;
  return true;
}

static enum sift_status hyperscan_says(struct check *check, struct sift_span example, bool *hit) {
  if (example.len + SIFT_PADDING > check->line_capacity) {
    char *line = realloc(check->line, example.len + SIFT_PADDING);
    if (line == NULL) {
      return SIFT_ENOMEM;
    }
    check->line = line;
    check->line_capacity = example.len + SIFT_PADDING;
  }
  memset(check->line, 0, check->line_capacity);
  if (example.len > 0) {
    memcpy(check->line, example.data, example.len);
  }
  check->hit = false;
  enum sift_status status = sift_scanner_scan(check->scanner, check->line, (uint32_t)example.len, note_hit, check);
  *hit = check->hit;
  return status;
}

static bool pcre_role(const struct check *check, uint32_t number, struct sift_span example) {
  PCRE2_SPTR subject = (PCRE2_SPTR)(example.len > 0 ? example.data : "");
  return pcre2_match(check->codes[number], subject, example.len, 0, 0, check->match, NULL) >= 0;
}

static bool pcre_says(const struct check *check, uint32_t rule, struct sift_span example) {
  bool any = false;
  for (uint32_t i = check->database->first[rule]; i < check->database->first[rule + 1]; i++) {
    bool matches = pcre_role(check, i, example);
    switch (check->database->patterns[i].role) {
    case SIFT_ROLE_ANY:
      any = any || matches;
      break;
    case SIFT_ROLE_ALL:
      if (!matches) {
        return false;
      }
      break;
    case SIFT_ROLE_NONE:
      if (matches) {
        return false;
      }
      break;
    }
  }
  return any;
}

static void complain(const struct check *check, const char *list, size_t index, const char *reading, bool wanted) {
  const struct sift_rule *rule = &check->database->ruleset->rules[check->rule];
  char field[64];
  char message[160];
  snprintf(field, sizeof field, "examples.%s[%zu]", list, index + 1);
  snprintf(message, sizeof message, "%s%s", wanted ? "does not match" : "matches", reading);
  const struct sift_problem problem = {
      .file = rule->file,
      .line = rule->line,
      .column = rule->column,
      .subject = rule->id,
      .field = field,
      .message = message,
      .hint = wanted ? "mend the pattern or the example" : "make the pattern narrower, or add a none: pattern",
  };
  sift_problems_add(check->problems, &problem);
}

/* Sets `*reading` to whose reading of the example is wrong, "" where PCRE2 and whoever else was asked agree, or to NULL. */
static enum sift_status read_example(struct check *check, struct sift_span example, bool wanted, const char **reading) {
  bool hit = wanted;
  enum sift_status status = check->scanner != NULL ? hyperscan_says(check, example, &hit) : SIFT_OK;
  bool wrong = hit != wanted;
  bool wrong_in_pcre = check->codes != NULL && pcre_says(check, check->rule, example) != wanted;
  if (wrong_in_pcre) {
    *reading = wrong || check->scanner == NULL ? "" : " as PCRE2 reads it";
  } else {
    *reading = wrong ? " as Hyperscan reads it" : NULL;
  }
  return status;
}

static enum sift_status check_list(struct check *check, const char *list, struct sift_texts examples, bool wanted) {
  for (size_t i = 0; i < examples.count; i++) {
    const char *reading = NULL;
    enum sift_status status = examples.items[i].data != NULL ? read_example(check, examples.items[i], wanted, &reading) : SIFT_OK;
    if (status != SIFT_OK) {
      return status;
    }
    if (reading != NULL) {
      complain(check, list, i, reading, wanted);
    }
  }
  return SIFT_OK;
}

static bool rule_is_sound(const struct sift_database *database, uint32_t rule) {
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1]; i++) {
    if (database->patterns[i].faulty) {
      return false;
    }
  }
  return true;
}

static enum sift_status check_rules(struct check *check) {
  enum sift_status status = SIFT_OK;
  size_t errors = check->problems->errors;
  for (check->rule = 0; status == SIFT_OK && check->rule < check->database->ruleset->rule_count; check->rule++) {
    const struct sift_rule *rule = &check->database->ruleset->rules[check->rule];
    if (rule_is_sound(check->database, check->rule)) {
      status = check_list(check, "match", rule->match, true);
      status = status == SIFT_OK ? check_list(check, "no_match", rule->no_match, false) : status;
    }
  }
  return status == SIFT_OK && check->problems->errors > errors ? SIFT_ERULES : status;
}

static enum sift_status compile_all(struct check *check) {
  uint32_t count = check->database->pattern_count;
  check->codes = calloc(count + 1U, sizeof(pcre2_code *));
  check->match = pcre2_match_data_create(64, NULL);
  if (check->codes == NULL || check->match == NULL) {
    return SIFT_ENOMEM;
  }
  for (uint32_t i = 0; i < count; i++) {
    int error = 0;
    size_t offset = 0;
    if (check->database->patterns[i].faulty) {
      continue;
    }
    check->codes[i] = sift_pcre_compile(check->database->patterns[i].pattern->text, &error, &offset);
    if (check->codes[i] == NULL) {
      return SIFT_EENGINE;
    }
  }
  return SIFT_OK;
}

static void release(struct check *check) {
  for (uint32_t i = 0; check->codes != NULL && i < check->database->pattern_count; i++) {
    pcre2_code_free(check->codes[i]);
  }
  free((void *)check->codes);
  pcre2_match_data_free(check->match);
  sift_scanner_free(check->scanner);
  free(check->line);
}

enum sift_status sift_database_check(const struct sift_database *database, bool with_pcre, struct sift_problems *problems) {
  struct check check = {.database = database, .problems = problems};
  enum sift_status status = sift_scanner_new(&check.scanner, database, SIFT_SCAN_EXAMPLES);
  if (status == SIFT_OK && with_pcre) {
    status = compile_all(&check);
  }
  if (status == SIFT_OK) {
    status = check_rules(&check);
  }
  release(&check);
  return status;
}

enum sift_status sift_database_check_alone(const struct sift_database *database, struct sift_problems *problems) {
  struct check check = {.database = database, .problems = problems};
  enum sift_status status = compile_all(&check);
  if (status == SIFT_OK) {
    status = check_rules(&check);
  }
  release(&check);
  return status;
}

#include "patterns/lint.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/database.h"
#include "patterns/lint_internal.h"

void sift_lint_warn(struct sift_problems *problems, struct sift_spot spot, const char *field, const char *hint, const char *format,
                    ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  sift_problems_add(problems, &(struct sift_problem){.warning = true,
                                                     .file = spot.file,
                                                     .line = spot.line,
                                                     .column = spot.column,
                                                     .subject = spot.subject,
                                                     .field = field,
                                                     .message = message,
                                                     .hint = hint});
}

/* An `any` pattern and whose it is. */
struct owned {
  const struct sift_pattern *pattern;
  const struct sift_rule *rule;
};

static int by_text(const void *a, const void *b) {
  const struct owned *x = a;
  const struct owned *y = b;
  int order = strcmp(x->pattern->text, y->pattern->text);
  if (order == 0) {
    order = strcmp(x->rule->id, y->rule->id);
  }
  return order != 0 ? order : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

/* What else a rule asks of the line may tell two rules of one pattern apart, and so may the channel; and one line may be both a
 * mark and a fault. */
static bool always_meet(const struct sift_rule *a, const struct sift_rule *b) {
  return (a->channels & b->channels) != 0 && a->mark == b->mark && a->all.count + a->none.count + b->all.count + b->none.count == 0;
}

static void compare_neighbours(const struct owned *a, const struct owned *b, struct sift_problems *problems) {
  if (strcmp(a->pattern->text, b->pattern->text) != 0 || !sift_database_takes(b->pattern)) {
    return;
  }
  struct sift_spot spot = {b->rule->file, b->pattern->line, b->pattern->column, b->rule->id};
  if (a->rule == b->rule) {
    sift_lint_warn(problems, spot, "any", "remove one of them", "the pattern stands twice in this rule; first at line %u",
                   a->pattern->line);
  } else if (always_meet(a->rule, b->rule)) {
    sift_lint_warn(problems, spot, "any", "keep it in the rule that it tells most about",
                   "rule '%s' has the same pattern, at %s:%u", a->rule->id, a->rule->file, a->pattern->line);
  }
}

static void lint_doubles(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  size_t count = 0;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    count += ruleset->rules[i].any.count;
  }
  struct owned *owned = calloc(count + 1, sizeof *owned);
  if (owned == NULL) {
    return;
  }
  size_t filled = 0;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    for (size_t p = 0; p < ruleset->rules[i].any.count; p++) {
      if (ruleset->rules[i].any.items[p].text != NULL) {
        owned[filled++] = (struct owned){&ruleset->rules[i].any.items[p], &ruleset->rules[i]};
      }
    }
  }
  assert(filled <= count);
  if (filled > 0) {
    qsort(owned, filled, sizeof *owned, by_text);
  }
  for (size_t i = 1; i < filled; i++) {
    compare_neighbours(&owned[i - 1], &owned[i], problems);
  }
  free(owned);
}

void sift_lint_rules(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    sift_lint_patterns(&ruleset->rules[i], problems);
    sift_lint_texts(&ruleset->rules[i], problems);
  }
  lint_doubles(ruleset, problems);
}

void sift_rules_lint(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  sift_lint_rules(ruleset, problems);
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    sift_lint_examples(&ruleset->rules[i], problems);
  }
  sift_lint_shadows(ruleset, problems);
  sift_lint_tree(ruleset, problems);
}

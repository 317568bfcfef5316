/* Small rule sets for tests, written as C tables. */
#ifndef SIFT_TESTS_RULES_H
#define SIFT_TESTS_RULES_H

#include "engine/database.h"
#include "engine/ruleset.h"

enum { TEST_PATTERNS_MAX = 6 };

/* Fields left out are empty; `class_id` NULL is "trouble", `severity` as given (SIFT_INFO by default). */
struct test_rule {
  const char *id;
  const char *class_id;
  enum sift_severity severity;
  enum sift_mark mark;
  bool headline, incident;
  const char *channel; /* NULL: all */
  const char *any[TEST_PATTERNS_MAX], *all[TEST_PATTERNS_MAX], *none[TEST_PATTERNS_MAX];
  const char *captures[TEST_PATTERNS_MAX];
  const char *match[TEST_PATTERNS_MAX], *no_match[TEST_PATTERNS_MAX];
};

/* A sealed rule set; aborts on failure. Classes are made as rules name them; those that begin with "incident" are marked so. */
struct sift_ruleset *test_ruleset(const struct test_rule *rules, size_t count);

/* Its compiled form; aborts on failure, with the problems on standard error. */
struct sift_database *test_database(const struct sift_ruleset *ruleset);

/* A copy of `len` bytes with SIFT_PADDING readable bytes behind; to be freed. */
char *test_padded(const char *text, size_t len);

#endif

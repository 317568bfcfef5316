/* Scanning a batch gives exactly the hits of PCRE2 run over each line alone: over random rules and texts, for every scan
 * mode, with the sampler as fast as the machine has it and the portable one, and for the text cut into batches at any line. PCRE2 is the definition; it shares no code with the scanner. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/database_internal.h"
#include "engine/scanner.h"
#include "tests/property/random.h"
#include "tests/support/rules.h"

enum { RULES = 8, TEXT = 3000, HITS_MAX = 40000 };

struct hits {
  uint32_t base; /* of the batch in the whole text */
  size_t count;
  struct {
    uint32_t rule, start, len;
  } items[HITS_MAX];
};

static bool note(void *context, const struct sift_hit *hit) {
  struct hits *hits = context;
  if (hits->count < HITS_MAX) {
    hits->items[hits->count].rule = hit->rule;
    hits->items[hits->count].start = hits->base + hit->line_start;
    hits->items[hits->count++].len = hit->line_len;
  }
  return true;
}

static bool pcre(const struct sift_pattern *pattern, const char *line, size_t len) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern->text, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
  pcre2_match_data *match = pcre2_match_data_create(8, NULL);
  bool matches = code != NULL && pcre2_match(code, (PCRE2_SPTR)line, len, 0, 0, match, NULL) >= 0;
  pcre2_match_data_free(match);
  pcre2_code_free(code);
  return matches;
}

static bool defined(const struct sift_rule *rule, const char *line, size_t len) {
  bool any = false;
  for (size_t i = 0; i < rule->any.count && !any; i++) {
    any = pcre(&rule->any.items[i], line, len);
  }
  for (size_t i = 0; i < rule->all.count && any; i++) {
    any = pcre(&rule->all.items[i], line, len);
  }
  for (size_t i = 0; i < rule->none.count && any; i++) {
    any = !pcre(&rule->none.items[i], line, len);
  }
  return any;
}

static void define(const struct sift_ruleset *ruleset, const char *text, struct hits *hits) {
  hits->count = 0;
  hits->base = 0;
  for (uint32_t start = 0; start < TEXT;) {
    const char *newline = memchr(text + start, '\n', TEXT - start);
    uint32_t end = newline != NULL ? (uint32_t)(newline - text) : TEXT;
    for (uint32_t rule = 0; rule < ruleset->rule_count && end > start; rule++) {
      if (defined(&ruleset->rules[rule], text + start, end - start)) {
        note(hits, &(struct sift_hit){.rule = rule, .line_start = start, .line_len = end - start});
      }
    }
    start = end + 1;
  }
}

/* Scans in batches that end at lines chosen at random. */
static void scan(struct sift_scanner *scanner, struct test_random *random, const char *text, struct hits *hits) {
  hits->count = 0;
  for (uint32_t start = 0; start < TEXT;) {
    uint32_t end = start + 1 + test_random_below(random, TEXT - start);
    const char *newline = memchr(text + end - 1, '\n', TEXT - end + 1);
    end = newline != NULL ? (uint32_t)(newline + 1 - text) : TEXT;
    hits->base = start;
    char *batch = test_padded(text + start, end - start);
    if (sift_scanner_scan(scanner, batch, end - start, note, hits) != SIFT_OK) {
      abort();
    }
    free(batch);
    start = end;
  }
}

static bool same(const struct hits *a, const struct hits *b) {
  return a->count == b->count && memcmp(a->items, b->items, a->count * sizeof a->items[0]) == 0;
}

/* Whether both libraries take the pattern, so that a rule can be made of it. */
static bool usable(const char *pattern) {
  const struct test_rule rule = {.id = "r", .any = {pattern}};
  struct sift_ruleset *ruleset = test_ruleset(&rule, 1);
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  bool good = sift_database_compile(&database, ruleset, &problems) == SIFT_OK;
  sift_problems_release(&problems);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return good;
}

static void usable_pattern(struct test_random *random, char *out, size_t size) {
  do {
    test_random_pattern(random, out, size);
  } while (!usable(out));
}

/* Of every other round the text itself is the specimen by which texts to wake by are chosen. */
static struct sift_database *compile(const struct sift_ruleset *ruleset, const char *text, bool profiled) {
  struct sift_database *database = NULL;
  struct sift_problems problems;
  if (!profiled) {
    return test_database(ruleset);
  }
  sift_problems_init(&problems);
  if (sift_database_compile_for(&database, ruleset, sift_span(text, TEXT), &problems) != SIFT_OK) {
    abort();
  }
  sift_problems_release(&problems);
  return database;
}

/* Whether all modes, over batches cut at random, give the hits that are wanted. */
static bool agrees(const struct sift_database *database, struct test_random *random, const char *text, const struct hits *wanted) {
  static struct hits found;
  bool good = true;
  for (int mode = SIFT_SCAN_ADAPTIVE; mode <= SIFT_SCAN_EXAMPLES && good; mode++) {
    struct sift_scanner *scanner = NULL;
    if (sift_scanner_new(&scanner, database, (enum sift_scan_mode)mode) != SIFT_OK) {
      abort();
    }
    for (int cut = 0; cut < 3 && good; cut++) {
      scan(scanner, random, text, &found);
      good = same(wanted, &found);
    }
    sift_scanner_free(scanner);
  }
  return good;
}

static int round_fails(struct test_random *random, bool profiled) {
  static struct hits wanted;
  char patterns[RULES][3][160];
  char ids[RULES][8];
  struct test_rule rules[RULES] = {0};
  char text[TEXT];
  for (int i = 0; i < RULES; i++) {
    snprintf(ids[i], sizeof ids[i], "r%d", i);
    for (int j = 0; j < 3; j++) {
      usable_pattern(random, patterns[i][j], sizeof patterns[i][j]);
    }
    rules[i].id = ids[i];
    rules[i].any[0] = patterns[i][0];
    if (test_random_below(random, 3) == 0) {
      rules[i].all[0] = patterns[i][1];
    }
    if (test_random_below(random, 3) == 0) {
      rules[i].none[0] = patterns[i][2];
    }
  }
  test_random_text(random, text, TEXT);
  struct sift_ruleset *ruleset = test_ruleset(rules, RULES);
  struct sift_database *database = compile(ruleset, text, profiled);
  define(ruleset, text, &wanted);
  int failed = !agrees(database, random, text, &wanted);
  if (database->sampler != NULL && !failed) {
    sift_sampler_make_portable(database->sampler);
    failed = !agrees(database, random, text, &wanted);
  }
  for (int i = 0; i < RULES && failed; i++) {
    fprintf(stderr, "%s any %s all %s none %s\n", ids[i], rules[i].any[0], rules[i].all[0], rules[i].none[0]);
  }
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return failed;
}

int main(void) {
  uint64_t seed = test_seed(1);
  unsigned rounds = test_rounds(30);
  for (unsigned i = 0; i < rounds; i++) {
    struct test_random random = {seed + i};
    if (round_fails(&random, ((seed + i) & 1) != 0)) {
      fprintf(stderr, "FAILED: hits differ; repeat with SIFT_PROPERTY_SEED=%llu SIFT_PROPERTY_ROUNDS=1\n",
              (unsigned long long)(seed + i));
      return 1;
    }
  }
  printf("%u rounds of %d rules over %d bytes: batch, lines and PCRE2 agree\n", rounds, RULES, TEXT);
  return 0;
}

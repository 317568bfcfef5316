/* Where a shape is said to cover another, every text that the narrow pattern matches is matched by the wide one: over random
 * patterns, over pieces of them, and over others that share much with them. PCRE2 is the definition; it shares no code with the shapes. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/pattern.h"
#include "patterns/shape.h"
#include "tests/property/random.h"

enum { TEXTS = 100, TEXT = 12, PATTERN = 160, CLAIMS_PERCENT_MIN = 2 };

static pcre2_code *compile(const char *pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
}

static bool matches(const pcre2_code *code, const char *line, size_t len) {
  pcre2_match_data *match = pcre2_match_data_create(8, NULL);
  bool found = pcre2_match(code, (PCRE2_SPTR)line, len, 0, 0, match, NULL) >= 0;
  pcre2_match_data_free(match);
  return found;
}

/* Small things that people write. */
static const char *const pieces[] = {
    "a",      "b",       "ab",        " ",       "\\b",        "\\w+",      "\\w",           "\\s",      "\\s+",    "\\d{2}",
    "[ab]",   "[^a]",    "[^a]*",     ".*",      ".",          "(?:a|b)",   "(?:ab|b )",     "(?:a)?",   "(?<n>b)", "a+",
    "b{1,2}", "a?",      "(?:a|ab)+", "B",       "(?i:a)",     "(?!b)",     "(?<=a)",        "(?>a|ab)", "a++",     "[[:alpha:]]",
    "(?:a|)", "|b",      "1",         "(?:1|2)", "\\d+",       "\\W",       "(?:\\bab|a b)", "\\.",      ".{0,2}",  "(?-i:b)",
    "b{1,3}", "[ab]{3}", "[ab]{2,3}", "a{1,2}",  "(?:a|b){2}", "(?:ab|ba)", "(?:a|b)c?",     "(?:a|b 1)"};
enum { PIECES = sizeof pieces / sizeof pieces[0], PIECES_MAX = 5, BEGINS = 5, ENDS = 4 };

/* Some of them, put together at random. */
struct recipe {
  uint32_t begin, end, count;
  uint32_t pieces[PIECES_MAX];
};

static struct recipe invent(struct test_random *random) {
  struct recipe recipe = {.begin = test_random_below(random, BEGINS), .end = test_random_below(random, ENDS)};
  recipe.count = 1 + test_random_below(random, PIECES_MAX);
  for (uint32_t i = 0; i < recipe.count; i++) {
    recipe.pieces[i] = test_random_below(random, PIECES);
  }
  return recipe;
}

/* Another one that shares most with it, so that it nearly covers it, or does. */
static struct recipe vary(struct test_random *random, struct recipe recipe) {
  recipe.begin = test_random_below(random, 3) == 0 ? 0 : recipe.begin;
  recipe.end = test_random_below(random, 3) == 0 ? 0 : recipe.end;
  for (uint32_t changes = test_random_below(random, 3); changes > 0; changes--) {
    recipe.pieces[test_random_below(random, recipe.count)] = test_random_below(random, PIECES);
  }
  recipe.count -= recipe.count > 1 ? test_random_below(random, 2) : 0;
  return recipe;
}

static void write_pattern(const struct recipe *recipe, char *out, size_t size) {
  static const char *const begins[BEGINS] = {"", "", "^", "^", "(?i)"};
  static const char *const ends[ENDS] = {"", "", "$", "$"};
  size_t len = (size_t)snprintf(out, size, "%s", begins[recipe->begin]);
  for (uint32_t i = 0; i < recipe->count; i++) {
    len += (size_t)snprintf(out + len, size - len, "%s", pieces[recipe->pieces[i]]);
  }
  snprintf(out + len, size - len, "%s", ends[recipe->end]);
}

/* A run of its tokens: whatever else it means, the pattern often cannot match without it. */
static void cut(struct test_random *random, const char *pattern, char *out, size_t size) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  size_t len = 0;
  uint32_t skip = test_random_below(random, 4);
  uint32_t take = 1 + test_random_below(random, 6);
  while (sift_token_next(&reader, &token) && take > 0) {
    if (skip > 0) {
      skip--;
    } else if (len + token.text.len + 1 < size) {
      memcpy(out + len, token.text.data, token.text.len);
      len += token.text.len;
      take--;
    }
  }
  out[len] = '\0';
}

static void write_text(struct test_random *random, char *out, size_t *len) {
  static const char alphabet[] = "aaabbbABAB  112.x_";
  *len = test_random_below(random, TEXT);
  for (size_t i = 0; i < *len; i++) {
    out[i] = alphabet[test_random_below(random, sizeof alphabet - 1)];
  }
}

static bool holds(struct test_random *random, const char *narrow, const char *wide) {
  pcre2_code *narrow_code = compile(narrow);
  pcre2_code *wide_code = compile(wide);
  bool good = true;
  for (int i = 0; i < TEXTS && good && narrow_code != NULL && wide_code != NULL; i++) {
    char text[TEXT];
    size_t len = 0;
    write_text(random, text, &len);
    good = !matches(narrow_code, text, len) || matches(wide_code, text, len);
    if (!good) {
      printf("'%s' is said to match all that '%s' does, but not '%.*s'\n", wide, narrow, (int)len, text);
    }
  }
  pcre2_code_free(narrow_code);
  pcre2_code_free(wide_code);
  return good;
}

int main(void) {
  uint64_t seed = test_seed(1);
  unsigned rounds = test_rounds(40000);
  struct test_random random = {seed};
  struct sift_arena arena;
  unsigned claims = 0;
  sift_arena_init(&arena);
  for (unsigned round = 0; round < rounds; round++) {
    char narrow[PATTERN];
    char wide[PATTERN];
    if (round % 4 == 0) {
      test_random_pattern(&random, narrow, sizeof narrow);
      cut(&random, narrow, wide, sizeof wide);
    } else {
      struct recipe recipe = invent(&random);
      struct recipe other = round % 4 == 1 ? invent(&random) : vary(&random, recipe);
      write_pattern(&recipe, narrow, sizeof narrow);
      write_pattern(&other, wide, sizeof wide);
    }
    struct sift_shape narrow_shape;
    struct sift_shape wide_shape;
    sift_arena_reset(&arena);
    if (!sift_shape_read(&narrow_shape, &arena, narrow) || !sift_shape_read(&wide_shape, &arena, wide) ||
        !sift_shape_covers(&wide_shape, &narrow_shape)) {
      continue;
    }
    claims++;
    if (!holds(&random, narrow, wide)) {
      printf("repeat with SIFT_PROPERTY_SEED=%llu; this was round %u\n", (unsigned long long)seed, round);
      return EXIT_FAILURE;
    }
  }
  sift_arena_release(&arena);
  printf("%u of %u pairs are covered\n", claims, rounds);
  return (uint64_t)claims * 100 >= (uint64_t)rounds * CLAIMS_PERCENT_MIN ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Lint of one rule: patterns that cost more than they say, texts that promise what is not captured, examples that prove little. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engine/database.h"
#include "engine/pattern.h"
#include "patterns/lint_internal.h"

/* Hyperscan looks for fixed text first; below this it has little to look for. */
enum { LITERAL_BYTES_MIN = 4 };

/* Whether it ends with .* or .*$. */
static bool ends_open(const char *pattern) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token last[2] = {{.kind = SIFT_TOKEN_NOTHING}, {.kind = SIFT_TOKEN_NOTHING}};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    if (token.kind != SIFT_TOKEN_ANCHOR) {
      last[0] = last[1];
      last[1] = token;
    }
  }
  return sift_token_any_text(&last[0], &last[1]);
}

static void lint_pattern(const struct sift_rule *rule, const struct sift_pattern *pattern, const char *field, bool wakes,
                         struct sift_problems *problems) {
  struct sift_spot spot = {rule->file, pattern->line, pattern->column, rule->id};
  if (sift_pattern_begins_open(pattern->text)) {
    sift_lint_warn(problems, spot, field, "take it away, with a ^ before it: a pattern may match anywhere in the line",
                   "begins with .*");
  }
  if (ends_open(pattern->text)) {
    sift_lint_warn(problems, spot, field, "take it away: the rest of the line may be anything", "ends with .*");
  }
  size_t literal = wakes ? sift_pattern_literal(pattern->text) : LITERAL_BYTES_MIN;
  if (literal < LITERAL_BYTES_MIN) {
    sift_lint_warn(problems, spot, field,
                   "add fixed text that stands in every such line: without it the pattern is slow to look for",
                   "the longest text that must stand in the line has %zu bytes", literal);
  }
}

/* A pattern that cannot be used is an error of its own, told when the rules are compiled: how it might be better is no matter. */
static void lint_list(const struct sift_rule *rule, const struct sift_patterns *patterns, const char *name, bool wakes,
                      struct sift_problems *problems) {
  for (size_t i = 0; i < patterns->count; i++) {
    char field[32];
    snprintf(field, sizeof field, "%s[%zu]", name, i + 1);
    if (patterns->items[i].text != NULL && sift_database_takes(&patterns->items[i])) {
      lint_pattern(rule, &patterns->items[i], field, wakes, problems);
    }
  }
}

void sift_lint_patterns(const struct sift_rule *rule, struct sift_problems *problems) {
  lint_list(rule, &rule->any, "any", true, problems);
  lint_list(rule, &rule->all, "all", false, problems);
  lint_list(rule, &rule->none, "none", false, problems);
}

static bool captured(const struct sift_rule *rule, struct sift_span name) {
  for (size_t i = 0; i < rule->captures.count; i++) {
    if (sift_span_equal(rule->captures.items[i], name)) {
      return true;
    }
  }
  return false;
}

/* {name} with a name that could be a group's; ${name} is the shell's. */
static void lint_names(const struct sift_rule *rule, const char *field, const char *text, struct sift_problems *problems) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  for (const char *brace = strchr(text, '{'); brace != NULL; brace = strchr(brace + 1, '{')) {
    struct sift_span name = sift_span(brace + 1, strspn(brace + 1, letters));
    bool shell = brace > text && brace[-1] == '$';
    if (name.len == 0 || name.data[name.len] != '}' || isdigit((unsigned char)name.data[0]) || shell || captured(rule, name)) {
      continue;
    }
    struct sift_spot spot = {rule->file, rule->line, rule->column, rule->id};
    sift_lint_warn(problems, spot, field, "add it to `capture`, or write it without braces", "{%.*s} is not captured",
                   (int)(name.len > 60 ? 60 : name.len), name.data);
  }
}

/* The words of some lines as a set of hashes: two words may share a bit, which only keeps a warning back. */
struct words {
  uint64_t bits[1024];
};

enum { WORD_BYTES_MIN = 4 };

/* The next word of letters, as a bit of the set; false at the end of the line. */
static bool next_word(struct sift_span line, size_t *at, size_t *bit) {
  while (*at < line.len) {
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    size_t begin = *at;
    for (; *at < line.len && isalpha((unsigned char)line.data[*at]); (*at)++) {
      hash = (hash ^ (uint32_t)tolower((unsigned char)line.data[*at])) * UINT32_C(16777619);
    }
    size_t len = *at - begin;
    if (len >= WORD_BYTES_MIN) {
      *bit = (hash ^ hash >> 16) & 0xffff;
      return true;
    }
    *at += len == 0;
  }
  return false;
}

static void lint_near_miss(const struct sift_rule *rule, struct sift_problems *problems) {
  struct words words = {{0}};
  size_t bit = 0;
  if (rule->match.count == 0 || rule->no_match.count == 0) {
    return; /* that there are none is an error of its own */
  }
  for (size_t i = 0; i < rule->match.count; i++) {
    for (size_t at = 0; next_word(rule->match.items[i], &at, &bit);) {
      words.bits[bit / 64] |= UINT64_C(1) << bit % 64;
    }
  }
  for (size_t i = 0; i < rule->no_match.count; i++) {
    for (size_t at = 0; next_word(rule->no_match.items[i], &at, &bit);) {
      if ((words.bits[bit / 64] >> bit % 64 & 1) != 0) {
        return;
      }
    }
  }
  struct sift_spot spot = {rule->file, rule->line, rule->column, rule->id};
  sift_lint_warn(problems, spot, "examples.no_match", "add a line that looks like a match and is none",
                 "no line shares a word with the lines that match, so nothing is proved");
}

/* One line shows that a rule works, several show what it is about. */
enum { EXAMPLES_MIN = 3 };

static void lint_count(const struct sift_rule *rule, size_t count, const char *field, const char *what, const char *hint,
                       struct sift_problems *problems) {
  struct sift_spot spot = {rule->file, rule->line, rule->column, rule->id};
  if (count < EXAMPLES_MIN) {
    sift_lint_warn(problems, spot, field, hint, "%zu %s example%s: give at least %d", count, what, count == 1 ? "" : "s",
                   EXAMPLES_MIN);
  }
}

void sift_lint_examples(const struct sift_rule *rule, struct sift_problems *problems) {
  lint_count(rule, rule->match.count, "examples.match", "matching", "add lines that other versions of the program print", problems);
  lint_count(rule, rule->no_match.count, "examples.no_match", "near-miss", "add lines that look like a match and are none",
             problems);
}

void sift_lint_texts(const struct sift_rule *rule, struct sift_problems *problems) {
  lint_names(rule, "title", rule->title, problems);
  for (size_t i = 0; i < rule->actions.count; i++) {
    char field[32];
    snprintf(field, sizeof field, "actions[%zu]", i + 1);
    if (rule->actions.items[i].data != NULL) {
      lint_names(rule, field, rule->actions.items[i].data, problems);
    }
  }
  lint_near_miss(rule, problems);
}

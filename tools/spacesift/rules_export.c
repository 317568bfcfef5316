/* Patterns for other tools. */
#include <stdlib.h>

#include "engine/pattern.h"
#include "tools/spacesift/rules.h"

/* A slash ends the pattern, so those within get a backslash, unless they have one or \Q makes it plain text. */
static void put_token(struct sift_text *text, const struct sift_token *token) {
  for (size_t i = 0; i < token->text.len; i++) {
    if (token->text.data[i] == '/' && !token->quoted) {
      sift_text_put(text, "\\");
    }
    sift_text_append(text, sift_span(token->text.data + i, 1));
    if (token->text.data[i] == '\\' && !token->quoted && i + 1 < token->text.len) {
      sift_text_append(text, sift_span(token->text.data + ++i, 1));
    }
  }
}

static void put_pattern(struct sift_text *text, size_t id, const struct sift_probe *probe) {
  sift_text_format(text, "%zu:/", id);
  struct sift_token_reader reader = {.text = probe->pattern->text};
  struct sift_token token;
  while (sift_token_next(&reader, &token)) {
    put_token(text, &token);
  }
  sift_text_put(text, probe->decider == SIFT_BY_PCRE ? "/mP\n" : "/m\n");
}

static size_t count_patterns(const struct sift_ruleset *ruleset) {
  size_t count = 0;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    count += ruleset->rules[i].any.count;
  }
  return count;
}

enum sift_status sift_rules_export(struct sift_text *text, const struct sift_ruleset *ruleset) {
  size_t count = 0;
  struct sift_probe *probes = calloc(count_patterns(ruleset) + 1, sizeof *probes);
  if (probes == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    for (size_t p = 0; p < ruleset->rules[i].any.count; p++) {
      probes[count++].pattern = &ruleset->rules[i].any.items[p];
    }
  }
  enum sift_status status = sift_rules_probe(probes, count);
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    put_pattern(text, i + 1, &probes[i]);
  }
  free(probes);
  return status;
}

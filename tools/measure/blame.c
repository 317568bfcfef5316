#include "tools/measure/blame.h"

#include <stdlib.h>
#include <string.h>

#include "engine/atoms.h"
#include "engine/database_internal.h"
#include "engine/pattern.h"
#include "engine/sampler.h"

/* Repeats of a few are cheap; so are refusals and hits that are rare. */
enum { REPEAT_LARGE = 8, REFUSED_SHARE_PERCENT = 50, LINES_A_WAKE = 10000, LINES_A_HIT = 50 };

static const struct {
  const char *name, *text, *advice;
} faults[SIFT_FAULTS] = {
    [SIFT_FAULT_OPEN] = {"leading_dot_star", "begins with .*", "take .* away: a pattern may match anywhere in the line"},
    [SIFT_FAULT_NO_TEXT] = {"no_text", "no text stands in every match, so all text is looked through for it (rest database)",
                            "add fixed text of 7 bytes or more that stands in every such line"},
    [SIFT_FAULT_SHORT] = {"short_text",
                          "the text that stands in every match is under 4 bytes, so all is looked through (rest database)",
                          "make the fixed text longer: take in the words beside it, 7 bytes or more in one piece"},
    [SIFT_FAULT_COMMON] = {"common_text", "its text is common in logs, so all is looked through for the pattern (rest database)",
                           "take in fixed text that logs hold less often"},
    [SIFT_FAULT_LITERAL] = {"literal_text", "its text is under 7 bytes, or common in part: the literal matcher looks at each byte",
                            "take in the words beside it, so that 7 rare bytes or more stand in one piece"},
    [SIFT_FAULT_CASELESS] = {"caseless", "(?i) makes Hyperscan look for each letter both ways",
                             "write the case that is logged, or confine (?i:...) to the words that need it"},
    [SIFT_FAULT_REPEAT] = {"bounded_repeat", "a bounded repeat {n,m} is many states",
                           "take it away where the text beside it tells enough; + or * match more, and may be dearer"},
    [SIFT_FAULT_SAMPLER_ALONE] = {"sampler_alone", "the sampler runs for this rule alone, so its whole pass counts here",
                                  "leave it: the cost is shared as soon as others are woken that way"},
    [SIFT_FAULT_LITERALS_ALONE] = {"literals_alone", "the literal matcher runs for this rule alone, so its whole pass counts here",
                                   "make the text longer, or leave it: others that are woken that way share the cost"},
    [SIFT_FAULT_REST_ALONE] = {"rest_alone", "the rest database runs for this rule alone, so its whole pass counts here",
                               "give it text to be woken by; others that are woken that way would share the cost"},
    [SIFT_FAULT_REFUSED] = {"refused_wakes", "most lines that hold its text are no hits",
                            "take in fixed text that stands in its own lines only"},
    [SIFT_FAULT_PCRE] = {"pcre2", "PCRE2 decides, as Hyperscan cannot",
                         "say it without look-around and back-references, or by `none:`"},
    [SIFT_FAULT_HITS] = {"frequent_hits", "it hits often, and each hit costs work",
                         "ask whether a rule that hits so often tells anything"},
};

const char *sift_fault_name(enum sift_fault fault) {
  return faults[fault].name;
}

const char *sift_fault_text(enum sift_fault fault) {
  return faults[fault].text;
}

const char *sift_fault_advice(enum sift_fault fault) {
  return faults[fault].advice;
}

static uint32_t bit(enum sift_fault fault) {
  return UINT32_C(1) << fault;
}

/* The upper number of {n,m} or {n}; 0 where the repeat has no such. */
static unsigned long repeat_high(const struct sift_token *token) {
  if (token->kind != SIFT_TOKEN_REPEAT || token->unbounded || token->text.data[0] != '{') {
    return 0;
  }
  const char *comma = memchr(token->text.data, ',', token->text.len);
  return strtoul(comma != NULL ? comma + 1 : token->text.data + 1, NULL, 10);
}

/* (?i), (?im), (?i:…), but not (?-i). */
static bool is_caseless(const struct sift_token *token) {
  bool options = token->kind == SIFT_TOKEN_NOTHING || token->kind == SIFT_TOKEN_OPEN;
  for (size_t i = 2; options && i < token->text.len && sift_span_starts(token->text, "(?"); i++) {
    char c = token->text.data[i];
    if (c == 'i') {
      return true;
    }
    if (c < 'a' || c > 'z') {
      return false;
    }
  }
  return false;
}

/* What the pattern's text shows, apart from how it is woken. */
static uint32_t read_pattern(const char *pattern) {
  struct sift_token_reader reader = {.text = pattern};
  struct sift_token token;
  uint32_t found = sift_pattern_begins_open(pattern) ? bit(SIFT_FAULT_OPEN) : 0;
  while (sift_token_next(&reader, &token)) {
    found |= is_caseless(&token) ? bit(SIFT_FAULT_CASELESS) : 0;
    found |= repeat_high(&token) >= REPEAT_LARGE ? bit(SIFT_FAULT_REPEAT) : 0;
  }
  return found;
}

static uint64_t same_cost(void *context, struct sift_span atom) {
  (void)context;
  (void)atom;
  return 1;
}

/* Why no text wakes it. */
static enum sift_status why_rest(uint32_t *found, const char *pattern) {
  struct sift_arena arena;
  struct sift_texts atoms;
  sift_arena_init(&arena);
  enum sift_status status = sift_atoms_prove(&atoms, &arena, pattern, SIFT_ATOM_BYTES_MIN, same_cost, NULL);
  if (status == SIFT_OK && atoms.count > 0) {
    *found |= bit(SIFT_FAULT_COMMON);
  } else if (status == SIFT_OK) {
    *found |= sift_pattern_literal(pattern) > 0 ? bit(SIFT_FAULT_SHORT) : bit(SIFT_FAULT_NO_TEXT);
  }
  sift_arena_release(&arena);
  return status;
}

/* Hyperscan sees few lines of a pattern that texts wake. */
static void blame_texts(uint32_t *found, const struct sift_compiled *compiled) {
  for (size_t i = 0; i < compiled->atoms.count; i++) {
    *found |= compiled->windows[i] == SIFT_WINDOW_NONE ? bit(SIFT_FAULT_LITERAL) : 0;
  }
}

static enum sift_status blame_pattern(uint32_t *found, const struct sift_compiled *compiled) {
  if (compiled->role != SIFT_ROLE_ANY) {
    return SIFT_OK;
  }
  if (compiled->atoms.count > 0) {
    blame_texts(found, compiled);
    return SIFT_OK;
  }
  *found |= read_pattern(compiled->pattern->text) | (compiled->prefiltered ? bit(SIFT_FAULT_PCRE) : 0);
  return why_rest(found, compiled->pattern->text);
}

/* By what the pattern is woken: bits of the faults that say that nothing else is. */
static uint32_t woken_by(const struct sift_compiled *compiled) {
  if (compiled->role != SIFT_ROLE_ANY) {
    return 0;
  }
  uint32_t ways = compiled->atoms.count == 0 ? bit(SIFT_FAULT_REST_ALONE) : 0;
  for (size_t i = 0; i < compiled->atoms.count; i++) {
    ways |= compiled->windows[i] == SIFT_WINDOW_NONE ? bit(SIFT_FAULT_LITERALS_ALONE) : bit(SIFT_FAULT_SAMPLER_ALONE);
  }
  return ways;
}

/* What runs for this rule and for no other. */
static uint32_t blame_alone(const struct sift_database *database, uint32_t rule) {
  uint32_t alone = 0;
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1]; i++) {
    alone |= woken_by(&database->patterns[i]);
  }
  for (uint32_t i = 0; i < database->pattern_count && alone != 0; i++) {
    alone &= database->patterns[i].rule != rule ? ~woken_by(&database->patterns[i]) : UINT32_MAX;
  }
  return alone;
}

static bool has_prefilter(const struct sift_database *database, uint32_t rule) {
  bool found = false;
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1]; i++) {
    found = found || database->patterns[i].prefiltered;
  }
  return found;
}

enum sift_status sift_blame(uint32_t *out, const struct sift_database *database, uint32_t rule, const struct sift_rule_cost *cost,
                            uint64_t lines) {
  enum sift_status status = SIFT_OK;
  *out = blame_alone(database, rule);
  for (uint32_t i = database->first[rule]; i < database->first[rule + 1] && status == SIFT_OK; i++) {
    status = blame_pattern(out, &database->patterns[i]);
  }
  bool pcre = cost->pcre_seconds > cost->confirm_seconds / 2 && cost->woken * LINES_A_WAKE > lines;
  *out |= pcre && has_prefilter(database, rule) ? bit(SIFT_FAULT_PCRE) : 0;
  bool refused = cost->refused * 100 > cost->woken * REFUSED_SHARE_PERCENT && cost->refused * LINES_A_WAKE > lines;
  *out |= refused ? bit(SIFT_FAULT_REFUSED) : 0;
  *out |= cost->hits * LINES_A_HIT > lines ? bit(SIFT_FAULT_HITS) : 0;
  return status;
}

enum sift_fault sift_blame_first(uint32_t found) {
  for (int i = 0; i < SIFT_FAULTS; i++) {
    if ((found >> i & 1) != 0) {
      return (enum sift_fault)i;
    }
  }
  return SIFT_FAULTS;
}

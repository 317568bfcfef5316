/* What Spaces and their owners are called. */
#include <stdio.h>

#include "tools/fleetgen/fleet.h"

enum { SPACES_AN_OWNER = 3 };

/* A word of a rule's alternatives, which are plain words in the tables that names come from. */
static const char *word(const struct sift_gen_fleet *fleet, const char *name, uint64_t at, size_t *len) {
  const struct sift_gen_grammar *grammar = &fleet->grammar;
  const struct sift_gen_rule *rule = &grammar->rules[sift_gen_grammar_rule(grammar, name)];
  const struct sift_gen_alternative *alternative = &grammar->alternatives[rule->first + at % rule->count];
  *len = grammar->ops[alternative->first].a;
  return grammar->ops[alternative->first].text;
}

static uint32_t word_count(const struct sift_gen_fleet *fleet, const char *name) {
  return fleet->grammar.rules[sift_gen_grammar_rule(&fleet->grammar, name)].count;
}

/* A permutation of 0 … 2^bits - 1, the least such range that holds `count`: odd multiples turn none into another. */
static uint64_t scrambled(uint64_t value, uint64_t count, uint64_t seed) {
  uint64_t mask = 0xffff;
  while (mask < count) {
    mask = mask << 1 | 1;
  }
  return (value * UINT64_C(0x9e3779b1) + seed) & mask;
}

void sift_gen_fleet_name(const struct sift_gen_fleet *fleet, uint64_t index, char *owner, char *name) {
  uint64_t number = index / SPACES_AN_OWNER;
  uint64_t drawn = scrambled(number, fleet->config.spaces, sift_rng_mix(fleet->config.seed, 'o'));
  uint32_t firsts = word_count(fleet, "first_name");
  uint32_t words = word_count(fleet, "word");
  size_t first_len;
  size_t second_len;
  const char *first = word(fleet, "first_name", drawn, &first_len);
  const char *second = word(fleet, "word", drawn / firsts, &second_len);
  uint64_t rest = drawn / firsts / words;
  char digits[24] = "";
  if (rest > 0) {
    snprintf(digits, sizeof(digits), "%llu", (unsigned long long)rest);
  }
  snprintf(owner, SIFT_GEN_NAME_MAX, "%.*s%c%.*s%s", (int)first_len, first, drawn % 2 == 0 ? '-' : '_', (int)second_len, second,
           digits);
  /* an owner's Spaces take their first words from places of the list that are far apart */
  uint64_t seed = sift_rng_mix(fleet->config.seed, number);
  const char *third = word(fleet, "word", seed + index % SPACES_AN_OWNER * (words / SPACES_AN_OWNER), &second_len);
  size_t noun_len;
  const char *noun = word(fleet, "noun", seed >> 16, &noun_len);
  static const char *const ends[] = {"", "", "-demo", "-api", "-app", "_v2", "-bot", "-ui", ".ai", "-test"};
  const char *end = ends[sift_rng_mix(seed, index) % (sizeof(ends) / sizeof(ends[0]))];
  snprintf(name, SIFT_GEN_NAME_MAX, "%.*s%c%.*s%s", (int)second_len, third, (seed & 1) != 0 ? '-' : '_', (int)noun_len, noun, end);
}

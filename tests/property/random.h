/* Random texts and rules for property tests: a small alphabet, so that things collide. Seeded, so that a failure repeats. */
#ifndef SIFT_TESTS_RANDOM_H
#define SIFT_TESTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* SplitMix64 (Steele, Lea, Flood, 2014). */
struct test_random {
  uint64_t state;
};
uint64_t test_random_next(struct test_random *random);
/* In [0, below). */
uint32_t test_random_below(struct test_random *random, uint32_t below);

/* Writes a random PCRE pattern, NUL-terminated, that needs at least one character: literals, \s, [^x], anchors, (?i),
 * alternations, bounded and unbounded repeats, look-around, captures. */
void test_random_pattern(struct test_random *random, char *out, size_t size);

/* Fills `out` with `len` bytes of lines over the patterns' alphabet, with empty, long, CR-ended and odd ones among them. */
void test_random_text(struct test_random *random, char *out, size_t len);

/* Seed and rounds of this run: SIFT_PROPERTY_SEED and SIFT_PROPERTY_ROUNDS of the environment, else the defaults given. */
uint64_t test_seed(uint64_t otherwise);
unsigned test_rounds(unsigned otherwise);

#endif

#include "tests/property/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t test_random_next(struct test_random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint32_t test_random_below(struct test_random *random, uint32_t below) {
  return (uint32_t)(test_random_next(random) % below);
}

/* Short ones that collide, and long ones that a sampler can wake by: some hold one another. */
static const char *const words[] = {
    "ab",          "abc",     "bca", "error",          "Err",          "c a",           "b",
    "port 7",      "a.b",     "cab", "ModuleNotFound", "NotFoundHere", "exit code: 13", "refused by peer",
    "OutOfMemory", "xit code"};
static const char *const classes[] = {"\\s",   "\\s+",  "[^a]",  "[^x]*", "\\d", "\\w+",   ".",      ".{1,3}", "\\W", "\\D",
                                      "[^-x]", "[^[:]", "[abc]", "\\b",   ".*",  "\\d\\d", "[\\s,]", "\\x3a",  "[Mm]"};

static void append(char *out, size_t size, const char *text) {
  size_t len = strlen(out);
  if (len + strlen(text) + 1 <= size) {
    memcpy(out + len, text, strlen(text) + 1);
  }
}

static const char *word(struct test_random *random) {
  return words[test_random_below(random, sizeof words / sizeof words[0])];
}

static void piece(struct test_random *random, char *out, size_t size) {
  char buffer[64];
  switch (test_random_below(random, 9)) {
  case 0:
  case 1:
    append(out, size, classes[test_random_below(random, sizeof classes / sizeof classes[0])]);
    return;
  case 2:
    snprintf(buffer, sizeof buffer, "(?:%s|%s)", word(random), word(random));
    break;
  case 3:
    snprintf(buffer, sizeof buffer, "(?:%s)?", word(random));
    break;
  case 4:
    snprintf(buffer, sizeof buffer, "(?:%s){1,2}", word(random));
    break;
  case 5:
    snprintf(buffer, sizeof buffer, test_random_below(random, 2) == 0 ? "(?!%s)" : "(?<!%s)", "c");
    break;
  case 6:
    snprintf(buffer, sizeof buffer, test_random_below(random, 2) == 0 ? "(?i:%s)" : "(%s)", word(random));
    break;
  default:
    snprintf(buffer, sizeof buffer, "%s", word(random));
  }
  append(out, size, buffer);
}

void test_random_pattern(struct test_random *random, char *out, size_t size) {
  out[0] = '\0';
  if (test_random_below(random, 5) == 0) {
    append(out, size, "(?i)");
  }
  if (test_random_below(random, 5) == 0) {
    append(out, size, "^");
  }
  unsigned pieces = test_random_below(random, 3);
  for (unsigned i = 0; i < pieces; i++) {
    piece(random, out, size);
  }
  append(out, size, word(random));
  pieces = test_random_below(random, 3);
  for (unsigned i = 0; i < pieces; i++) {
    piece(random, out, size);
  }
  if (test_random_below(random, 5) == 0) {
    append(out, size, "$");
  }
}

static void flip_case(char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')) {
      text[i] ^= 0x20;
    }
  }
}

void test_random_text(struct test_random *random, char *out, size_t len) {
  size_t at = 0;
  while (at < len) {
    const char *next = word(random);
    switch (test_random_below(random, 12)) {
    case 0:
    case 1:
      next = "\n";
      break;
    case 2:
      next = " ";
      break;
    case 3:
      next = "7860";
      break;
    case 4:
      next = "\t";
      break;
    case 5:
      next = "\xff";
      break;
    default:
      break;
    }
    size_t part = strlen(next) < len - at ? strlen(next) : len - at;
    memcpy(out + at, next, part);
    if (test_random_below(random, 4) == 0) {
      flip_case(out + at, part);
    }
    at += part;
  }
}

static unsigned long long from_environment(const char *name, unsigned long long otherwise) {
  const char *text = getenv(name);
  return text != NULL && text[0] != '\0' ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t test_seed(uint64_t otherwise) {
  return from_environment("SIFT_PROPERTY_SEED", otherwise);
}

unsigned test_rounds(unsigned otherwise) {
  return (unsigned)from_environment("SIFT_PROPERTY_ROUNDS", otherwise);
}

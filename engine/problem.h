/* What is wrong with a rule set or another file that a person wrote: where, in which field, and what to do. */
#ifndef SIFT_ENGINE_PROBLEM_H
#define SIFT_ENGINE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "engine/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_problem {
  bool warning;        /* false: an error, nothing may be used */
  const char *file;    /* as the person named it; "" where no file is to blame */
  unsigned line;       /* from 1; 0 where unknown */
  unsigned column;     /* from 1; 0 where unknown */
  const char *subject; /* the rule or node id, or "" */
  const char *field;   /* dotted, e.g. "examples.match[2]", or "" */
  const char *message; /* what is wrong */
  const char *hint;    /* what to do about it, or "" */
};

/* A growing list; it owns copies of all texts. At most SIFT_PROBLEMS_MAX are kept, the rest only counted. One thread. */
enum { SIFT_PROBLEMS_MAX = 1000 };
struct sift_problems {
  struct sift_arena arena;
  struct sift_problem *items;
  size_t count;
  size_t capacity;
  size_t errors;
  size_t warnings;
};

void sift_problems_init(struct sift_problems *problems);
void sift_problems_release(struct sift_problems *problems);

/* Copies `problem`. When memory is out the problem is still counted, so errors never vanish. */
void sift_problems_add(struct sift_problems *problems, const struct sift_problem *problem);

/* Sorts by file, line, column and writes one a line: `file:line:column: error: rule 'x': field: message; hint`. What
 * rule files and their names hold is shown harmlessly. */
void sift_problems_print(struct sift_problems *problems, FILE *out);

#ifdef __cplusplus
}
#endif
#endif

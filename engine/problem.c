#include "engine/problem.h"

#include <stdlib.h>
#include <string.h>

#include "engine/harmless.h"

void sift_problems_init(struct sift_problems *problems) {
  memset(problems, 0, sizeof *problems);
  sift_arena_init(&problems->arena);
}

void sift_problems_release(struct sift_problems *problems) {
  sift_arena_release(&problems->arena);
  free(problems->items);
  memset(problems, 0, sizeof *problems);
}

static bool reserve(struct sift_problems *problems) {
  if (problems->count < problems->capacity) {
    return true;
  }
  size_t capacity = problems->capacity == 0 ? 16 : problems->capacity * 2;
  struct sift_problem *items = realloc(problems->items, capacity * sizeof *items);
  if (items == NULL) {
    return false;
  }
  problems->items = items;
  problems->capacity = capacity;
  return true;
}

static const char *keep(struct sift_problems *problems, const char *text) {
  const char *copy = sift_arena_copy(&problems->arena, sift_span_of(text));
  return copy != NULL ? copy : "";
}

void sift_problems_add(struct sift_problems *problems, const struct sift_problem *problem) {
  if (problem->warning) {
    problems->warnings++;
  } else {
    problems->errors++;
  }
  if (problems->count >= SIFT_PROBLEMS_MAX || !reserve(problems)) {
    return;
  }
  struct sift_problem *item = &problems->items[problems->count++];
  *item = *problem;
  item->file = keep(problems, problem->file);
  item->subject = keep(problems, problem->subject);
  item->field = keep(problems, problem->field);
  item->message = keep(problems, problem->message);
  item->hint = keep(problems, problem->hint);
}

static int by_place(const void *a, const void *b) {
  const struct sift_problem *x = a;
  const struct sift_problem *y = b;
  int order = strcmp(x->file, y->file);
  if (order != 0) {
    return order;
  }
  if (x->line != y->line) {
    return x->line < y->line ? -1 : 1;
  }
  if (x->column != y->column) {
    return x->column < y->column ? -1 : 1;
  }
  return strcmp(x->message, y->message);
}

static void print_text(const char *text, FILE *out) {
  sift_harmless_print(sift_span_of(text), out);
}

static void print_one(const struct sift_problem *problem, FILE *out) {
  if (problem->file[0] != '\0') {
    print_text(problem->file, out);
    fputc(':', out);
    if (problem->line > 0) {
      fprintf(out, "%u:%u:", problem->line, problem->column);
    }
    fputc(' ', out);
  }
  fputs(problem->warning ? "warning: " : "error: ", out);
  if (problem->subject[0] != '\0') {
    fputc('\'', out);
    print_text(problem->subject, out);
    fputs("': ", out);
  }
  if (problem->field[0] != '\0') {
    print_text(problem->field, out);
    fputs(": ", out);
  }
  print_text(problem->message, out);
  if (problem->hint[0] != '\0') {
    fputs("; ", out);
    print_text(problem->hint, out);
  }
  fputc('\n', out);
}

void sift_problems_print(struct sift_problems *problems, FILE *out) {
  if (problems->count > 0) {
    qsort(problems->items, problems->count, sizeof problems->items[0], by_place);
  }
  for (size_t i = 0; i < problems->count; i++) {
    print_one(&problems->items[i], out);
  }
  size_t known = problems->errors + problems->warnings;
  if (known > problems->count) {
    fprintf(out, "and %zu more\n", known - problems->count);
  }
}

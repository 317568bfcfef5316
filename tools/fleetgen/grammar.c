/* The source is flattened: rules sorted by name, their alternatives in a row, the ops of each alternative in a row. */
#include "tools/fleetgen/grammar.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fleetgen/slot.h"

struct compiler {
  struct sift_gen_grammar *grammar;
  const struct sift_gen_source **sources; /* in the order of the rules */
  char *error;
  size_t error_size;
};

static enum sift_status fail(struct compiler *compiler, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum sift_status fail(struct compiler *compiler, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(compiler->error, compiler->error_size, format, arguments);
  va_end(arguments);
  return SIFT_ERULES;
}

static int source_compare(const void *a, const void *b) {
  const struct sift_gen_source *const *left = a;
  const struct sift_gen_source *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

uint32_t sift_gen_grammar_find(const struct sift_gen_grammar *grammar, const char *name, size_t len) {
  size_t low = 0;
  size_t high = grammar->rule_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const char *other = grammar->rules[middle].name;
    int order = strncmp(name, other, len);
    if (order == 0 && other[len] == '\0') {
      return (uint32_t)middle;
    }
    if (order > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return SIFT_GEN_NO_RULE;
}

uint32_t sift_gen_grammar_rule(const struct sift_gen_grammar *grammar, const char *name) {
  if (name == NULL) {
    return SIFT_GEN_NO_RULE;
  }
  uint32_t rule = sift_gen_grammar_find(grammar, name, strlen(name));
  assert(rule != SIFT_GEN_NO_RULE);
  return rule;
}

static bool op_add(struct sift_gen_grammar *grammar, struct sift_gen_op op) {
  if (grammar->op_count == grammar->op_capacity) {
    size_t capacity = grammar->op_capacity > 0 ? grammar->op_capacity * 2 : 1024;
    struct sift_gen_op *ops = realloc(grammar->ops, capacity * sizeof(*ops));
    if (ops == NULL) {
      return false;
    }
    grammar->ops = ops;
    grammar->op_capacity = capacity;
  }
  grammar->ops[grammar->op_count++] = op;
  return true;
}

/* Reads the slot behind the brace at `*at` and moves past its end. */
static enum sift_status slot_compile(struct compiler *compiler, const char **at, const char *rule_name) {
  const char *begin = *at + 1;
  const char *end = strchr(begin, '}');
  struct sift_gen_op op;
  struct sift_span name;
  if (end == NULL || !sift_gen_slot_parse(sift_span(begin, (size_t)(end - begin)), &op, &name)) {
    return fail(compiler, "rule %s: cannot read the slot at \"%.20s\"", rule_name, *at);
  }
  if (name.len > 0) {
    op.rule = sift_gen_grammar_find(compiler->grammar, name.data, name.len);
    if (op.rule == SIFT_GEN_NO_RULE) {
      return fail(compiler, "rule %s: there is no rule \"%.*s\"", rule_name, (int)name.len, name.data);
    }
    compiler->grammar->rules[op.rule].uses++;
  }
  *at = end + 1;
  return op_add(compiler->grammar, op) ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status text_compile(struct compiler *compiler, const char **at) {
  const char *begin = *at;
  size_t len = strcspn(begin, "{\n");
  *at = begin + len;
  struct sift_gen_op op = {.kind = SIFT_GEN_OP_TEXT, .rule = SIFT_GEN_NO_RULE, .a = (uint32_t)len, .text = begin};
  return op_add(compiler->grammar, op) ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status piece_compile(struct compiler *compiler, const char **at, const char *rule_name) {
  if (**at == '\n') {
    *at += 1;
    return op_add(compiler->grammar, (struct sift_gen_op){.kind = SIFT_GEN_OP_NEWLINE, .rule = SIFT_GEN_NO_RULE}) ? SIFT_OK
                                                                                                                  : SIFT_ENOMEM;
  }
  if ((*at)[0] == '{' && (*at)[1] == '{') {
    struct sift_gen_op op = {.kind = SIFT_GEN_OP_TEXT, .rule = SIFT_GEN_NO_RULE, .a = 1, .text = *at};
    *at += 2;
    return op_add(compiler->grammar, op) ? SIFT_OK : SIFT_ENOMEM;
  }
  return **at == '{' ? slot_compile(compiler, at, rule_name) : text_compile(compiler, at);
}

static enum sift_status alternative_compile(struct compiler *compiler, const char *text, const char *rule_name) {
  struct sift_gen_grammar *grammar = compiler->grammar;
  struct sift_gen_alternative *alternative = &grammar->alternatives[grammar->alternative_count++];
  alternative->first = (uint32_t)grammar->op_count;
  while (*text != '\0') {
    enum sift_status status = piece_compile(compiler, &text, rule_name);
    if (status != SIFT_OK) {
      return status;
    }
  }
  alternative->count = (uint32_t)grammar->op_count - alternative->first;
  for (uint32_t i = 0; i < alternative->count; i++) {
    alternative->local |= grammar->ops[alternative->first + i].kind == SIFT_GEN_OP_LOCAL;
  }
  return SIFT_OK;
}

static enum sift_status rules_compile(struct compiler *compiler) {
  struct sift_gen_grammar *grammar = compiler->grammar;
  for (size_t i = 0; i < grammar->rule_count; i++) {
    struct sift_gen_rule *rule = &grammar->rules[i];
    rule->first = (uint32_t)grammar->alternative_count;
    for (const char *const *text = compiler->sources[i]->alternatives; *text != NULL; text++) {
      enum sift_status status = alternative_compile(compiler, *text, rule->name);
      if (status != SIFT_OK) {
        return status;
      }
    }
    rule->count = (uint32_t)grammar->alternative_count - rule->first;
    if (rule->count == 0) {
      return fail(compiler, "rule %s: no alternatives", rule->name);
    }
  }
  return SIFT_OK;
}

/* Lists the rules by name. */
static enum sift_status rules_collect(struct compiler *compiler, const struct sift_gen_source *rules) {
  struct sift_gen_grammar *grammar = compiler->grammar;
  size_t count = 0;
  for (; rules[count].name != NULL; count++) {
    compiler->sources[count] = &rules[count];
  }
  qsort(compiler->sources, count, sizeof(struct sift_gen_source *), source_compare);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && strcmp(compiler->sources[i]->name, compiler->sources[i - 1]->name) == 0) {
      return fail(compiler, "rule %s stands twice", compiler->sources[i]->name);
    }
    grammar->rules[i].name = compiler->sources[i]->name;
  }
  grammar->rule_count = count;
  return SIFT_OK;
}

/* How deep a rule nests, kept in `depths`; past the limit it may as well be a circle. */
static unsigned rule_depth(const struct sift_gen_grammar *grammar, uint32_t number, unsigned level, uint8_t *depths) {
  if (depths[number] > 0 || level > SIFT_GEN_DEPTH_MAX) {
    return level > SIFT_GEN_DEPTH_MAX ? SIFT_GEN_DEPTH_MAX : depths[number];
  }
  const struct sift_gen_rule *rule = &grammar->rules[number];
  unsigned deepest = 0;
  for (uint32_t i = rule->first; i < rule->first + rule->count; i++) {
    const struct sift_gen_alternative *alternative = &grammar->alternatives[i];
    for (uint32_t j = alternative->first; j < alternative->first + alternative->count; j++) {
      if (grammar->ops[j].rule != SIFT_GEN_NO_RULE) {
        unsigned depth = rule_depth(grammar, grammar->ops[j].rule, level + 1, depths);
        deepest = depth > deepest ? depth : deepest;
      }
    }
  }
  depths[number] = (uint8_t)(deepest < SIFT_GEN_DEPTH_MAX ? deepest + 1 : SIFT_GEN_DEPTH_MAX);
  return depths[number];
}

static enum sift_status depths_check(struct compiler *compiler) {
  struct sift_gen_grammar *grammar = compiler->grammar;
  uint8_t *depths = calloc(grammar->rule_count + 1, 1);
  if (depths == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = SIFT_OK;
  for (uint32_t i = 0; i < grammar->rule_count && status == SIFT_OK; i++) {
    if (rule_depth(grammar, i, 1, depths) >= SIFT_GEN_DEPTH_MAX) {
      status = fail(compiler, "rule %s nests too deeply or within itself", grammar->rules[i].name);
    }
  }
  free(depths);
  return status;
}

static void source_count(const struct sift_gen_source *rules, size_t *rule_count, size_t *alternative_count) {
  *rule_count = *alternative_count = 0;
  for (; rules[*rule_count].name != NULL; *rule_count += 1) {
    for (const char *const *text = rules[*rule_count].alternatives; *text != NULL; text++) {
      *alternative_count += 1;
    }
  }
}

enum sift_status sift_gen_grammar_init(struct sift_gen_grammar *grammar, const struct sift_gen_source *rules, char *error,
                                       size_t error_size) {
  *grammar = (struct sift_gen_grammar){0};
  size_t rule_count;
  size_t alternative_count;
  source_count(rules, &rule_count, &alternative_count);
  struct compiler compiler = {grammar, calloc(rule_count + 1, sizeof(struct sift_gen_source *)), error, error_size};
  grammar->rules = calloc(rule_count + 1, sizeof(*grammar->rules));
  grammar->alternatives = calloc(alternative_count + 1, sizeof(*grammar->alternatives));
  bool made = compiler.sources != NULL && grammar->rules != NULL && grammar->alternatives != NULL;
  enum sift_status status = made ? rules_collect(&compiler, rules) : SIFT_ENOMEM;
  if (status == SIFT_OK) {
    status = rules_compile(&compiler);
  }
  if (status == SIFT_OK) {
    status = depths_check(&compiler);
  }
  free(compiler.sources);
  if (status != SIFT_OK) {
    sift_gen_grammar_release(grammar);
  }
  return status;
}

void sift_gen_grammar_release(struct sift_gen_grammar *grammar) {
  free(grammar->rules);
  free(grammar->alternatives);
  free(grammar->ops);
  *grammar = (struct sift_gen_grammar){0};
}

/* PCRE2: what Hyperscan cannot say, and captures. Its programs are made when first needed: a rule set has hundreds of patterns,
 * and a scan meets lines of a few dozen. */
#include <stdlib.h>

#include "engine/database_internal.h"

/* A hostile line may cost a bounded number of steps: as PCRE2 counts them for matching and for heap frames. */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 4096 };

pcre2_code *sift_pcre_compile(const char *pattern, int *error, size_t *offset) {
  uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
  return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, error, offset, NULL);
}

pcre2_match_context *sift_pcre_limits(void) {
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  if (context != NULL) {
    pcre2_set_match_limit(context, MATCH_LIMIT);
    pcre2_set_depth_limit(context, DEPTH_LIMIT);
    pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
  }
  return context;
}

static struct sift_program *make(const struct sift_compiled *compiled, const struct sift_rule *rule, bool fast) {
  int error = 0;
  size_t offset = 0;
  struct sift_program *program = calloc(1, sizeof *program);
  if (program == NULL) {
    return NULL;
  }
  program->code = sift_pcre_compile(compiled->pattern->text, &error, &offset);
  if (program->code == NULL) {
    free(program);
    return NULL;
  }
  if (fast) {
    (void)pcre2_jit_compile(program->code, PCRE2_JIT_COMPLETE); /* without JIT it is only slower */
  }
  for (size_t i = 0; i < rule->captures.count; i++) {
    int group = pcre2_substring_number_from_name(program->code, (PCRE2_SPTR)rule->captures.items[i].data);
    program->groups[i] = group > 0 ? (uint32_t)group : 0;
  }
  return program;
}

void sift_program_free(struct sift_program *program) {
  if (program != NULL) {
    pcre2_code_free(program->code);
    free(program);
  }
}

const struct sift_program *sift_program_get(struct sift_compiled *compiled, const struct sift_rule *rule, bool fast) {
  struct sift_program *_Atomic *slot = fast ? &compiled->fast : &compiled->plain;
  struct sift_program *program = atomic_load_explicit(slot, memory_order_acquire);
  if (program != NULL) {
    return program;
  }
  struct sift_program *made = make(compiled, rule, fast);
  if (made == NULL) {
    return NULL;
  }
  if (atomic_compare_exchange_strong_explicit(slot, &program, made, memory_order_acq_rel, memory_order_acquire)) {
    return made;
  }
  sift_program_free(made); /* another thread was first */
  return program;
}

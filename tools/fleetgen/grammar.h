/* What fleets say, as a grammar: rules of alternatives with slots, compiled once and then shared by all threads.
 *
 * A slot is one of
 *   {rule}        another rule, a random alternative          {@rule}    the same text each time within a Space
 *   {@rule/8}     one of 8 texts that belong to the Space     {@rule:2}  the Space's second text of that rule
 *   {$rule}       the same text within a scene (an attempt)   {$rule:2}  the scene's second text
 *   {=rule}        the same text within this alternative, {=rule:2} another one
 *   {!rule}        the alternative that the Space prefers, {!rule/3} one of three; what it holds is drawn anew
 *   {3-9}         a number       {3-9w4} padded to 4 digits   {3-9.2}    with two random decimals
 *   {~1-9000}     a number, small ones oftener                {x7} {b6}  7 hex digits, 6 letters or digits
 *   {*3-9 rule}   3 to 9 of them, a line each                 {+3-9 rule} joined by ", "
 *   {?30 rule}    in 30 of 100                                {wait 5-90} 5 to 90 ms pass
 *   {space} {owner} {name}  who speaks    {time} {time_comma} …  now    {bad}  a byte that is not UTF-8
 * `{{` is a brace; a closing one outside a slot stands for itself. A newline ends a record. */
#ifndef SIFT_FLEETGEN_GRAMMAR_H
#define SIFT_FLEETGEN_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A rule as it is written; a row of them ends with a NULL name. */
struct sift_gen_source {
  const char *name;
  const char *const *alternatives; /* ends with NULL */
};

enum sift_gen_op_kind {
  SIFT_GEN_OP_TEXT, /* `text`, `a` bytes */
  SIFT_GEN_OP_NEWLINE,
  SIFT_GEN_OP_RULE,    /* rule `rule` */
  SIFT_GEN_OP_SPACE,   /* `rule` under the Space's seed: variant `a`, or with `b` > 0 one of `b` */
  SIFT_GEN_OP_SCENE,   /* the same under the scene's seed */
  SIFT_GEN_OP_LOCAL,   /* the same under the seed of this telling of the alternative */
  SIFT_GEN_OP_FORM,    /* `rule` in the Space's own alternative, or with `b` > 0 in one of `b` */
  SIFT_GEN_OP_NUMBER,  /* `a` to `b`, `width` digits at least */
  SIFT_GEN_OP_SMALL,   /* the same, small ones oftener */
  SIFT_GEN_OP_DECIMAL, /* `a` to `b`, then `width` decimals */
  SIFT_GEN_OP_HEX,     /* `a` digits */
  SIFT_GEN_OP_BASE62,  /* `a` digits */
  SIFT_GEN_OP_LINES,   /* `rule` `a` to `b` times, a newline between */
  SIFT_GEN_OP_LIST,    /* `rule` `a` to `b` times, ", " between */
  SIFT_GEN_OP_MAYBE,   /* `rule` in `a` of 100 */
  SIFT_GEN_OP_WAIT,    /* `a` to `b` ms */
  SIFT_GEN_OP_TIME,    /* `a` is an enum sift_gen_time_form */
  SIFT_GEN_OP_SELF,    /* "owner/name" */
  SIFT_GEN_OP_OWNER,
  SIFT_GEN_OP_NAME,
  SIFT_GEN_OP_BAD,
};

struct sift_gen_op {
  uint8_t kind; /* enum sift_gen_op_kind */
  uint8_t width;
  uint32_t rule;
  uint32_t a, b;
  const char *text; /* borrowed from the source */
};

struct sift_gen_alternative {
  uint32_t first, count; /* of ops */
  bool local;            /* has a SIFT_GEN_OP_LOCAL */
};

struct sift_gen_rule {
  const char *name;
  uint32_t first, count; /* of alternatives */
  uint32_t uses;         /* how often other rules name it */
};

/* Immutable once made. */
struct sift_gen_grammar {
  struct sift_gen_rule *rules; /* sorted by name */
  size_t rule_count;
  struct sift_gen_alternative *alternatives;
  size_t alternative_count;
  struct sift_gen_op *ops;
  size_t op_count, op_capacity;
};

#define SIFT_GEN_NO_RULE UINT32_MAX
enum { SIFT_GEN_DEPTH_MAX = 24 };

/* Compiles rules; their texts stay borrowed. SIFT_ERULES with a message in `error` where a slot cannot be read or names no
 * rule, where a rule stands twice, has no alternatives, or nests deeper than SIFT_GEN_DEPTH_MAX (so a circle too); SIFT_ENOMEM. */
enum sift_status sift_gen_grammar_init(struct sift_gen_grammar *grammar, const struct sift_gen_source *rules, char *error,
                                       size_t error_size);
void sift_gen_grammar_release(struct sift_gen_grammar *grammar);

/* The number of a rule, or SIFT_GEN_NO_RULE. */
uint32_t sift_gen_grammar_find(const struct sift_gen_grammar *grammar, const char *name, size_t len);

/* The same for a name in the program's own text: one that is not there is a bug. NULL gives SIFT_GEN_NO_RULE. */
uint32_t sift_gen_grammar_rule(const struct sift_gen_grammar *grammar, const char *name);

#ifdef __cplusplus
}
#endif
#endif

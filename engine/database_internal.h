/* What the scanner, the check and the store need to see of a compiled rule set. Not for other rooms. */
#ifndef SIFT_ENGINE_DATABASE_INTERNAL_H
#define SIFT_ENGINE_DATABASE_INTERNAL_H

#include <hs/hs.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>

#include "engine/database.h"
#include "engine/sampler.h"
#include "engine/wake.h"

/* What a pattern is to its rule. */
enum sift_role { SIFT_ROLE_ANY, SIFT_ROLE_ALL, SIFT_ROLE_NONE };

/* PCRE2 sees so much of a line: look-around may read it anew from each place where a match could begin, so that the cost of
 * a hostile line grows with the square of its length. */
enum { SIFT_PCRE_LINE_BYTES_MAX = 8 * 1024 };

/* A pattern for PCRE2. */
struct sift_program {
  pcre2_code *code;
  uint32_t groups[SIFT_CAPTURES_MAX]; /* by capture of the rule: group number, 0 where the pattern has none */
};

/* A pattern by its number, which is its Hyperscan id in the confirm database. Numbers run by rule, then role, then order. */
struct sift_compiled {
  const struct sift_pattern *pattern;
  uint32_t rule;
  enum sift_role role;
  bool faulty;             /* no library is given it: an error was told of it, or it could not be read */
  bool prefiltered;        /* Hyperscan lets too much through: `code` decides */
  bool in_line;            /* in the wake database it matches as in the line alone: sift_pattern_in_line() */
  struct sift_texts atoms; /* texts of which one stands in all it matches; none: the rest database wakes it */
  const uint16_t *windows; /* by atom: where the sampler's window begins, or SIFT_WINDOW_NONE */
  struct sift_program *_Atomic plain, *_Atomic fast; /* made when first needed: see sift_program_get() */
};

struct sift_database {
  const struct sift_ruleset *ruleset;
  hs_database_t *wake;          /* all `any` patterns; NULL for a rule set without rules */
  hs_database_t *literals;      /* atoms that are too short or too common in part for the sampler; NULL where there are none */
  hs_database_t *rest;          /* those of the `any` patterns that no atoms wake; NULL where there are none */
  hs_database_t *confirm;       /* the same */
  struct sift_sampler *sampler; /* of all other atoms; NULL where there are none */
  struct sift_compiled *patterns;
  uint32_t pattern_count;
  uint32_t *first;         /* by rule: number of its first pattern; one more at the end */
  struct sift_arena arena; /* patterns, first, atoms */
};

/* Numbers the patterns of a rule set; no library is asked. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_database_number(struct sift_database **out, const struct sift_ruleset *ruleset);

/* Adds an error about a pattern, which is faulty from then on. */
void sift_database_refuse(const struct sift_database *database, struct sift_compiled *compiled, const char *message,
                          const char *hint, struct sift_problems *problems);

/* Asks both libraries about each pattern that is not faulty, and finds out which must be prefiltered; each that cannot be
 * used is refused. Whether none is faulty. */
bool sift_database_judge(struct sift_database *database, struct sift_problems *problems);

/* Runs the examples of the rules without faulty patterns through PCRE2 alone: no databases are needed. SIFT_ERULES where
 * one fails. */
enum sift_status sift_database_check_alone(const struct sift_database *database, struct sift_problems *problems);

/* Finds the atoms of every `any` pattern that is not faulty, where they can be proved and are rare enough in typical text. */
enum sift_status sift_database_prove(struct sift_database *database, struct sift_span typical);

/* Makes the sampler of the atoms with windows, and the literals database of the others: SIFT_EENGINE where Hyperscan does not
 * take them, which it has no reason for. */
enum sift_status sift_database_sampler(struct sift_database *database);
enum sift_status sift_database_literals(struct sift_database *database);

/* The program of a pattern known to be good, made when it is first asked for, since few patterns ever are. `fast`: with JIT
 * where the machine has it, which pays only for a program that is run often. NULL when memory is out. Any thread. */
const struct sift_program *sift_program_get(struct sift_compiled *compiled, const struct sift_rule *rule, bool fast);
void sift_program_free(struct sift_program *program); /* NULL is fine */

/* One pattern for PCRE2, with the options that all of ours have. NULL: `error` and `offset` say why. */
pcre2_code *sift_pcre_compile(const char *pattern, int *error, size_t *offset);

/* A match context with the limits that keep hostile lines from costing more than they may; NULL when memory is out. */
pcre2_match_context *sift_pcre_limits(void);

/* The flags for Hyperscan, one place for all databases. */
unsigned sift_wake_flags(const struct sift_compiled *compiled);
unsigned sift_confirm_flags(const struct sift_compiled *compiled);

#endif

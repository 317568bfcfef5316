/* Why a rule costs what it does, and what to change: from its patterns, how they are woken, and what was measured. */
#ifndef SIFT_MEASURE_BLAME_H
#define SIFT_MEASURE_BLAME_H

#include "engine/database.h"
#include "tools/measure/rule_costs.h"

/* In the order in which they are told: what costs each byte of text first. */
enum sift_fault {
  SIFT_FAULT_OPEN,     /* begins with .* */
  SIFT_FAULT_NO_TEXT,  /* no text stands in every match */
  SIFT_FAULT_SHORT,    /* one does, but it is too short to be looked for (SIFT_ATOM_BYTES_MIN) */
  SIFT_FAULT_COMMON,   /* long enough, but too common in logs */
  SIFT_FAULT_LITERAL,  /* long enough, but too short, or too common in part, for the sampler: the literal matcher looks for it */
  SIFT_FAULT_CASELESS, /* (?i), where Hyperscan must look for it */
  SIFT_FAULT_REPEAT,   /* {n,m} of many, where Hyperscan must look for it */
  SIFT_FAULT_SAMPLER_ALONE,  /* no other rule has a text that the sampler looks for: leaving this one out spares its whole pass */
  SIFT_FAULT_LITERALS_ALONE, /* the same of the literal matcher */
  SIFT_FAULT_REST_ALONE,     /* the same of the rest database */
  SIFT_FAULT_REFUSED,        /* most lines that it wakes are no hits */
  SIFT_FAULT_PCRE,           /* PCRE2 decides */
  SIFT_FAULT_HITS,           /* hits are frequent */
  SIFT_FAULTS
};

/* The name in JSON ("leading_dot_star"), what it is in a few words, and what to do. */
const char *sift_fault_name(enum sift_fault fault);
const char *sift_fault_text(enum sift_fault fault);
const char *sift_fault_advice(enum sift_fault fault);

/* One bit a fault. `rule` is an index; `lines` are those of the corpus. SIFT_ENOMEM. */
enum sift_status sift_blame(uint32_t *faults, const struct sift_database *database, uint32_t rule,
                            const struct sift_rule_cost *cost, uint64_t lines);

/* The first of them, or SIFT_FAULTS. */
enum sift_fault sift_blame_first(uint32_t faults);

#endif

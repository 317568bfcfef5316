/* The grammar's tables. Each ends with a NULL name. */
#ifndef SIFT_FLEETGEN_TABLES_H
#define SIFT_FLEETGEN_TABLES_H

#include "tools/fleetgen/grammar.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct sift_gen_source sift_gen_words_people[];
extern const struct sift_gen_source sift_gen_words_software[];
extern const struct sift_gen_source sift_gen_rules_build[];
extern const struct sift_gen_source sift_gen_rules_start[];
extern const struct sift_gen_source sift_gen_rules_chat[];
extern const struct sift_gen_source sift_gen_rules_python[];
extern const struct sift_gen_source sift_gen_rules_fault_build[];
extern const struct sift_gen_source sift_gen_rules_fault_run[];

/* Compiles them all. Fails only where the tables themselves are wrong, or memory is out. */
enum sift_status sift_gen_tables_compile(struct sift_gen_grammar *grammar, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif

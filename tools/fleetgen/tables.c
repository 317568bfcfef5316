#include "tools/fleetgen/tables.h"

enum sift_status sift_gen_tables_compile(struct sift_gen_grammar *grammar, char *error, size_t error_size) {
  const struct sift_gen_source *const tables[] = {sift_gen_words_people,      sift_gen_words_software, sift_gen_rules_build,
                                                  sift_gen_rules_start,       sift_gen_rules_chat,     sift_gen_rules_python,
                                                  sift_gen_rules_fault_build, sift_gen_rules_fault_run};
  return sift_gen_grammar_init(grammar, tables, sizeof(tables) / sizeof(tables[0]), error, error_size);
}

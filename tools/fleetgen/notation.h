/* The grammar as people write it, in the files of grammar/:
 *
 *   # a comment
 *   = name               a rule begins
 *   - an alternative     \e is the escape character, \r a carriage return, \s a space (for the end of a line)
 *   | its second line
 *   + one two three      alternatives of one word each
 */
#ifndef SIFT_FLEETGEN_NOTATION_H
#define SIFT_FLEETGEN_NOTATION_H

#include "engine/span.h"
#include "tools/fleetgen/grammar.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One file, or any other text. */
struct sift_gen_file {
  const char *name;
  struct sift_span text;
};

/* The files that are built in. */
const struct sift_gen_file *sift_gen_builtin(size_t *count);

/* The rules of some files. Owns all it points to. */
struct sift_gen_notation {
  struct sift_gen_source *rules; /* ends with a NULL name */
  const char **alternatives;     /* of all rules, each rule's ending with NULL */
  char *text;
};

/* Reads files. SIFT_ERULES with "file:line: what is wrong" in `error`; SIFT_ENOMEM. */
enum sift_status sift_gen_notation_read(struct sift_gen_notation *notation, const struct sift_gen_file *files, size_t file_count,
                                        char *error, size_t error_size);
void sift_gen_notation_release(struct sift_gen_notation *notation);

#ifdef __cplusplus
}
#endif
#endif

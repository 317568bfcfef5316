/* Keeps the cache directory small: each edit of a rule set leaves a compiled form behind that nobody will ask for again. */
#ifndef SIFT_PATTERNS_CACHE_TIDY_H
#define SIFT_PATTERNS_CACHE_TIDY_H

#include <stdbool.h>

/* How many files are left: with the largest that were seen, of 9 MB, some 300 MB. */
enum { SIFT_CACHE_FILES_MAX = 32 };

/* Says that a file of the cache is used now. `fd` is open; a file system that cannot be written is no error. */
void sift_cache_touch(int fd);

/* Removes all but the SIFT_CACHE_FILES_MAX files that were used last, and what writers that were killed have left half written an
 * hour ago or more. Only regular files with the names that the cache gives are touched. A program that has such a file open keeps
 * it; one that comes too late compiles anew. What cannot be removed stays, and nothing is said. */
void sift_cache_tidy(const char *directory);

#endif

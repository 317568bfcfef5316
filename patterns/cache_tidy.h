/* Keeps the cache directory small: each edit of a rule set leaves a compiled form behind that nobody will ask for again. */
#ifndef SIFT_PATTERNS_CACHE_TIDY_H
#define SIFT_PATTERNS_CACHE_TIDY_H

/* So many files are left, and so many bytes, by what was used last. */
enum { SIFT_CACHE_FILES_MAX = 32, SIFT_CACHE_MIB_MAX = 1024 };

/* What stands behind the name of a file that is still being written, for mkostemp(). */
#define SIFT_CACHE_HALF ".tmp-XXXXXX"

/* Says that a file of the cache is used now: sets its access time. `fd` is open; a file system that cannot be written is no error. */
void sift_cache_touch(int fd);

/* Makes room for `stored`, the name of a file in `directory` that was just written: that one stays, and of the others those used
 * last; what writers that were killed have left half written an hour before it goes too. Times are compared with that of `stored`
 * alone, so the directory may be on a machine with another clock; those ahead of it count as long ago, as nothing can be told from
 * them. Only regular files of this user with the names that the cache gives are touched, and only in a directory that is this user's
 * alone. A program that has a file open keeps it; one that comes too late compiles anew. What cannot be removed stays, and nothing
 * is said. */
void sift_cache_tidy(const char *directory, const char *stored);

#endif

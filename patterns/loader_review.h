/* The end of a loading that found errors: what else is to be said of the rules, so that one run shows all there is to mend. */
#ifndef SIFT_PATTERNS_LOADER_REVIEW_H
#define SIFT_PATTERNS_LOADER_REVIEW_H

#include "patterns/loader_internal.h"

/* Adds the errors of patterns and examples in all rules that could be read, those of rules without a good id too, and the
 * warnings of the lint that the errors leave no doubt of. Nothing that an error was told of is judged again. SIFT_ENOMEM. */
enum sift_status sift_loader_review(struct sift_loader *loader);

#endif

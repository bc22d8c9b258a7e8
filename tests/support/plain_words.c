#include "tests/support/plain_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/explain/glossary.h"

/* Terms that a person without mathematics does not know; what the glossary explains is allowed. */
static const char *const terms[] = {
    "affine",
    "algorithm",
    "asymptotic",
    "autocorrelation",
    "autograd",
    "backprop",
    "backpropagation",
    "batch",
    "batch norm",
    "bias",
    "binomial",
    "bottleneck",
    "chain rule",
    "channel",
    "coefficient",
    "convergence",
    "convolution",
    "correlation",
    "cosine",
    "covariance",
    "cross-entropy",
    "curvature",
    "decibel",
    "derivative",
    "determinant",
    "deviation",
    "diagonal",
    "dimension",
    "dot product",
    "dropout",
    "eigenvalue",
    "element-wise",
    "embedding",
    "entropy",
    "epoch",
    "epsilon",
    "equation",
    "exponential",
    "feature map",
    "FLOPs",
    "gain",
    "gamma",
    "Gaussian",
    "GELU",
    "gradient",
    "Grad-CAM",
    "Hessian",
    "hyperparameter",
    "identity",
    "inference",
    "init",
    "initialisation",
    "inner product",
    "invariant",
    "Jacobian",
    "kernel",
    "kink",
    "L2",
    "latent",
    "lesion",
    "linear",

    "logit",
    "loss",
    "manifold",
    "mask",
    "matrix",
    "max pooling",
    "mini-batch",
    "momentum",
    "multiply-add",
    "NaN",
    "norm",
    "normalisation",
    "one-hot",
    "optimiser",
    "orthogonal",
    "overfitting",
    "padding",
    "parameter",
    "percentile",
    "pre-activation",
    "probability",
    "projection",
    "quantile",
    "receptive field",
    "recursion",
    "regularisation",
    "ReLU",
    "residual",
    "saliency",
    "scalar",
    "seed",
    "SGD",
    "sigma",
    "sigmoid",
    "SiLU",
    "softmax",
    "standard error",
    "statistics",
    "std",
    "stochastic",
    "stride",
    "tanh",
    "tensor",
    "topology",
    "variance",
    "vector",
    "weight decay",
    "white noise",
};

/* These have an entry, and yet a plain word says it: which way two things point; how large something is. */
static const char *const never[] = {"cosine", "cos", "std", "L2", "logit", "eps"};

static const char *const signs[] = {"|x|", "|g|", "²",   "Σ", "√", "∂", "·", "ᵀ", "⟨",
                                    "≈",   "×",   " = ", "γ", "β", "σ", "μ", "^"};

static bool is_letter(char c) {
    return isalpha((unsigned char)c);
}

static bool has_term(const char *text, const char *term) {
    size_t length = strlen(term);
    for (const char *at = text; (at = strcasestr(at, term)); at++) {
        const char *end = at + length;
        if (*end == 's') end++;
        if (!is_letter(*end) && (at == text || !is_letter(at[-1]))) return true;
    }
    return false;
}

const char *plain_words_term(const char *text) {
    for (size_t k = 0; k < sizeof terms / sizeof *terms; k++)
        if (glossary_find(terms[k]) < 0 && has_term(text, terms[k])) return terms[k];
    return NULL;
}

const char *plain_words_problem(const char *text) {
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (strstr(text, signs[k])) return signs[k];
    for (size_t k = 0; k < sizeof never / sizeof *never; k++)
        if (has_term(text, never[k])) return never[k];
    return plain_words_term(text);
}

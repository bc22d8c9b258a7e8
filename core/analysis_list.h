/* Every analysis: ANALYSIS(ID, file) stands for core/analysis_<file>.c, which defines analysis_<file>_spec.
 */
#ifndef CORE_ANALYSIS_LIST_H
#define CORE_ANALYSIS_LIST_H

#define ANALYSIS_LIST(ANALYSIS)                                                                              \
    ANALYSIS(PATHS, paths)                                                                                   \
    ANALYSIS(LOGITS, logits)                                                                                 \
    ANALYSIS(JUNCTIONS, junctions)                                                                           \
    ANALYSIS(LESIONS, lesions)                                                                               \
    ANALYSIS(RESPONSES, responses)                                                                           \
    ANALYSIS(FLOW, flow)                                                                                     \
    ANALYSIS(REGIMES, regimes)                                                                               \
    ANALYSIS(SHATTERED, shattered)                                                                           \
    ANALYSIS(SLICE, slice)                                                                                   \
    ANALYSIS(GRADCHECK, gradcheck)

#endif

// SPDX-License-Identifier: Apache-2.0
/* openness/card_phrases_head.c - what a heading or label names. English, German, French, Spanish, Chinese. */
#include "openness/card_phrases.h"

#define T(topic) (1u << (topic))
enum { INTENDED = T(TOPIC_INTENDED_USE), OUT = T(TOPIC_OUT_OF_SCOPE), LIMITS = T(TOPIC_LIMITATIONS),
       RISKS = T(TOPIC_RISKS_BIAS), TDATA = T(TOPIC_TRAINING_DATA), TRAIN = T(TOPIC_TRAINING), EDATA = T(TOPIC_EVAL_DATA),
       METRICS = T(TOPIC_EVAL_METRICS), HW = T(TOPIC_HARDWARE), ENERGY = T(TOPIC_ENERGY), LANG = T(TOPIC_LANGUAGES),
       CONTACT = T(TOPIC_CONTACT), CITE = T(TOPIC_CITATION), MAINT = T(TOPIC_MAINTENANCE), EVAL = HEAD_EVALUATION };

const struct phrase_head phrase_heads[] = {
    { INTENDED, false, "intended use|intended uses|intended usage|intended users|intended purpose|use cases"
        "|use case|direct use|downstream use|downstream task|primary use|primary uses|primary users"
        "|primary intended uses|primary intended users|what it is for|what is it for|what it does|what this does"
        "|model use|suggested use|verwendungszweck|einsatzzweck|vorgesehene verwendung|anwendungsfälle"
        "|utilisation prévue|utilisations prévues|usage prévu|usages prévus|cas d usage|cas d utilisation"
        "|uso previsto|usos previstos|casos de uso|uso directo|预期用途|使用场景|适用场景|用途" },
    { INTENDED, true, "uses|use|purpose|applications|application|model scope|zweck|anwendung|utilisation|usos|uso"
        "|应用场景" },
    { OUT, false, "out of scope|out of scope use|out of scope uses|out of scope use cases|misuse|not intended"
        "|not intended for|prohibited use|prohibited uses|what it should not be used for|should not be used for"
        "|unintended use|unintended uses|restricted uses|use restrictions|nicht vorgesehene verwendung"
        "|unzulässige verwendung|nicht geeignet für|utilisation non prévue|usages exclus|hors périmètre"
        "|utilisations exclues|usos no previstos|uso no previsto|usos prohibidos|fuera de alcance|超出范围|不适用|禁止用途" },
    { OUT, true, "not for|do not use|do not use for" },
    { LIMITS, false, "limitation|limitations|known issues|known problems|caveats|weaknesses|shortcomings"
        "|failure modes|einschränkung|einschränkungen|grenzen|bekannte probleme|limites|limite|limitaciones"
        "|limitación|局限|局限性|限制|已知问题" },
    { LIMITS, true, "constraints|warnings|limits|limit|不足" },
    { RISKS, false, "risk|risks|bias|biases|ethical considerations|ethics|harms|fairness|ethical|societal impact"
        "|broader impact|social impact|risiken|verzerrungen|verzerrung|biais|risques|sesgos|sesgo|riesgos|风险|偏见"
        "|伦理" },
    { RISKS, true, "safety" },
    { 0, false, "risk guidelines|taxonomy of harms|safety taxonomy|harm categories|risk categories|bias tensor"
        "|programming languages|language model|language models|use with transformers|dataset card for" },
    { TDATA, false, "training data|training dataset|training datasets|training set|training corpus"
        "|pretraining data|pre training data|pretraining dataset|fine tuning data|finetuning data|data sources"
        "|trained on|trainingsdaten|données d entraînement|corpus d entraînement|datos de entrenamiento|训练数据|训练语料" },
    { TDATA | EDATA, false, "training and evaluation data" },
    { TDATA, true, "data|dataset|datasets|corpus|daten|données|datos|数据|数据集" },
    { TRAIN, false, "training procedure|training process|training hyperparameters|hyperparameters"
        "|hyper parameters|pretraining|pre training|fine tuning|finetuning|training setup|training configuration"
        "|training regime|preprocessing|training method|training pipeline|training recipe|modeling strategy"
        "|model training|training parameters|trainingsverfahren|trainingsablauf|procédure d entraînement"
        "|procedimiento de entrenamiento|训练过程|训练流程|训练方法|训练细节" },
    { TRAIN, true, "training|method|methodology|objective|training details|entraînement|entrenamiento|trainiert"
        "|训练" },
    { EDATA, false, "testing data|test data|evaluation data|evaluation dataset|evaluation datasets|eval data"
        "|testdaten|données de test|datos de prueba|测试数据" },
    { EDATA, true, "test set|test sets|evaluation set" },
    { METRICS | EVAL, false, "metrics|evaluation metrics|metriken|métriques|métricas|评测指标|指标" },
    { METRICS | EVAL, true, "metric" },
    { EVAL, false, "evaluation|evaluations|evaluation results|results|performance|benchmark|benchmarks|ergebnisse"
        "|auswertung|evaluierung|évaluation|résultats|performances|evaluación|resultados|rendimiento|评测|评估|评测结果"
        "|性能|基准" },
    { EVAL, true, "result|accuracy|numbers|scores|quality" },
    { HW, false, "hardware|hardware requirements|system requirements|compute infrastructure|hardware type"
        "|memory requirements|gpu|gpus|matériel|requisitos de hardware|硬件" },
    { HW, true, "infrastructure|compute|requirements|memory|vram|ram" },
    { ENERGY, false, "environmental impact|carbon emissions|carbon footprint|carbon emitted|energy consumption"
        "|emissions|co2|electricity usage|umweltauswirkungen|energieverbrauch|impact environnemental|émissions"
        "|impacto ambiental|emisiones|能耗|碳排放|环境影响" },
    { ENERGY, true, "energy|energie|énergie|energía|environment" },
    { LANG, false, "supported languages|languages covered|language s|idiomas|sprachen|langues|支持语言" },
    { LANG, true, "language|languages|sprache|langue|idioma|language s nlp|语言" },
    { CONTACT, false, "contact|contacts|feedback|send questions to|get in touch|where to send questions"
        "|questions or comments|kontakt|ansprechpartner|contacto|联系方式|联系我们|联系" },
    { CONTACT, true, "questions|support|连络|連絡先" },
    { CONTACT | HEAD_NAMES, false, "developed by|created by|made by|who made it|model card authors|shared by"
        "|maintained by" },
    { CONTACT | HEAD_NAMES, true, "author|authors|maintainer|maintainers|developer|developers|owner|organization" },
    { CITE, false, "citation|citations|how to cite|cite as|bibtex|citation info|citing|zitieren|zitat|zitierung"
        "|zitation|citer|citación|citar|引用" },
    { CITE, true, "cite|cita|apa|reference|references" },
    { CITE | HEAD_PAPER, true, "paper|technical report|paper or resources for more information" },
    { MAINT, false, "maintenance|update policy|wartung|mantenimiento|mises à jour|actualizaciones|维护" },
    { MAINT | HEAD_NEWS, false, "changelog|change log|release notes|version history|release history|änderungen"
        "|更新日志" },
    { MAINT | HEAD_NEWS, true, "news|updates|releases|what s new|更新" },
    { MAINT | HEAD_VERSION, false, "release date|model date|model dates|last updated|model version" },
    { MAINT | HEAD_VERSION, true, "version|date|release" },
    { MAINT, true, "status" },
    { HEAD_USAGE, false, "how to use|how to get started|quick start|quickstart|getting started|get started"
        "|basic usage|sample usage|usage|how to run|beispiel|exemple|ejemplo|使用方法|快速开始" },
    { HEAD_USAGE, true, "inference|example|examples|model usage|demo code|model in action" },
    { 0, false, NULL },
};

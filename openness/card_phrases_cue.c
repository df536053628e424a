// SPDX-License-Identifier: Apache-2.0
/* openness/card_phrases_cue.c - what a sentence says, by the words it uses. English; metrics in four more. */
#include "openness/card_phrases.h"

#define FACT(k) ((enum cue)(CUE_FACT_FIRST + (k)))

const struct phrase_cue phrase_cues[] = {
    { CUE_INTENDED, "intended for|intended to be used|is intended|are intended|intended as|mainly intended"
        "|mostly intended|designed for|designed to help|can be used for|can be used to|can be used by"
        "|can be used as|could be used for|may be used for|may be used by|may be used to|be applied to downstream"
        "|can be applied to|can be easily applied to|can use the model to|can use this model to|can use it to"
        "|can use the model for|can use this model for|can use it for|can use the raw model for"
        "|use the model to get|meant to be used|is meant for|are meant for|is made for|are made for|aimed at"
        "|suitable for|well suited for|recommended for|useful for|is for people who|was built for|is built for"
        "|to facilitate research|range of tasks|intended users|used by researchers|helps users to|be finetuned to"
        "|be fine tuned to|as a starting point for|deployed as is" },
    { CUE_TASK, "classifier for|encoder for|model for|detector for|tagger for|generator for|recogniser for"
        "|recognizer for|assistant for|chatbot for|downstream task|downstream tasks|best suited for"
        "|in most applications" },
    { CUE_OUT, "not intended for|not intended to be used|isn t intended for|not designed for|not suitable for"
        "|not suited for|unsuitable for|not meant for|not meant to be used|not appropriate for|should not be used"
        "|shouldn t be used|must not be used|may not be used|cannot be used for|do not use it|do not use this"
        "|do not use the model|do not use for|never be used|not be used to|not be used for|not recommended for"
        "|not recommended to|also not recommended|don t support use cases|do not support use cases|out of scope"
        "|prohibited uses|advised against|use should be limited to|not recommend that|should not be deployed"
        "|not be deployed|not ready for production|you should look at model|you should look at models|a misuse of"
        "|not developed for|not to be used for" },
    { CUE_LIMIT, "limitation of|limitations of the model|limitations include|has limitations"
        "|number of limitations|struggles with|struggle with|struggles to|fails on|fails when|fails to"
        "|does not support|doesn t support|cannot handle|can not handle|cannot tell|cannot read|cannot recognise"
        "|cannot recognize|not able to|unable to|incorrect results|may produce incorrect|may generate incorrect"
        "|hallucinate|hallucinates|hallucination|hallucinations|not immune|does not work|doesn t work"
        "|not work well|performs poorly|perform poorly|performs worse|perform worse|less accurate|may fail"
        "|can fail|is truncated|are truncated|is cut off|are cut off|factually incorrect|inaccurate"
        "|incorrect information|incorrectly|cannot guarantee|can not guarantee|not been tested|never tested"
        "|does not know|knows little|not always accurate|poor performance|does not provide|degrades on"
        "|degrades when|do not distinguish|does not distinguish|drops when|not trained for" },
    { CUE_RISK, "biased|biases|this bias|gender bias|racial bias|social bias|societal bias|bias towards"
        "|bias against|stereotype|stereotypes|stereotypical|discriminate|discriminates|discrimination"
        "|discriminatory|toxic|toxicity|harmful|offensive|unfair|fairness|misinformation|disinformation|risk of"
        "|risks of|potential risks|hateful|abusive|problematic outputs|inappropriate content|underrepresent"
        "|overrepresent|skew towards|societal harm|privacy risk" },
    { CUE_MODAL, "may|might|can|could|will|would|carries|carry|reflect|reflects|exhibit|exhibits|reinforce"
        "|reinforces|perpetuate|inherit|inherits|inherent|has|have|suffer|suffers|contains|is still|raises|raise"
        "|found|poses|tend|tends" },
    { CUE_SUBJECT, "model|models|it|output|outputs|predictions|this bias|generations|users|system"
        "|content generation" },
    { CUE_TDATA, "trained on|pretrained on|pre trained on|finetuned on|fine tuned on|fine tuned in on"
        "|trained using|pretrained using|pre trained using|fine tuned using|finetuned using|fine tuning on"
        "|pretrain with|training corpus|training examples|source data for the model|we used for finetuning"
        "|we used for fine tuning" },
    { CUE_TNOUN, "training data|training dataset|training datasets|training set|training corpus|pretraining data"
        "|pre training data" },
    { CUE_DESCRIBES, "tokens|sentences|images|photographs|documents|words|hours|pairs|examples|samples|recordings"
        "|pages|reviews|messages|万|篇|公开|网站|gb|tb|million|billion|crawl|crawled|web|internet|wikipedia|books"
        "|public|publicly|filtered|deduplicated|collected|annotated|labelled|labeled|synthetic|corpus|licensed"
        "|consent|prompts|slides" },
    { CUE_UNDISCLOSED, "not been disclosed|not disclosed|undisclosed|not be disclosed|not publicly disclosed"
        "|confidential|cannot be disclosed|never disclosed" },
    { CUE_BASE, "base model|base models|original model|foundation model|parent model" },
    { CUE_TRAINED, "train|trained|training|pretrain|pretrained|pretraining|pre training|pre trained|finetune"
        "|finetuned|finetuning|fine tune|fine tuned|fine tuning|optimizer|optimiser|hyperparameters|objective"
        "|objectives|aligned|initialize|initialise|initialized|preprocessing|post training|epochs" },
    { FACT(0), "learning rate|lr|lernrate|taux d apprentissage|tasa de aprendizaje|学习率" },
    { FACT(1), "batch size|batches of|batch sizes|batchgröße|n batch|train batch size|批次|lotes de" },
    { FACT(2), "epochs|epoch|epochen|épocas|époques|num epochs|steps|iterations|轮" },
    { FACT(3), "adam|adamw|sgd|adafactor|lion optimizer|lamb|rmsprop|muon" },
    { FACT(4), "cosine schedule|cosine decay|warmup|warm up|linear decay|lr schedule|scheduler|lr scheduler type" },
    { FACT(5), "cross entropy|contrastive|ctc loss|ctc|focal loss|triplet loss|loss function|contrastive loss"
        "|hinge loss|objective function" },
    { FACT(6), "masked language modeling|masked language modelling|mlm|next sentence prediction|next token"
        "|next text token|next word|causal language modeling|causal language modelling|self supervised|dinov2"
        "|denoising" },
    { FACT(7), "supervised fine tuning|supervised finetuning|sft|instruction tuning" },
    { FACT(8), "rlhf|dpo|ppo|grpo|direct preference optimization|proximal policy optimization"
        "|reinforcement learning" },
    { FACT(9), "lora|qlora|distillation|distilled|adapter tuning|frozen|from scratch" },
    { FACT(10), "mixed precision|bf16|fp16|bfloat16|fp32|fp8|half precision|full precision" },
    { FACT(11), "sequence length|4k sequence|context length of|resolution|consecutive tokens" },
    { FACT(12), "weight decay|dropout|gradient clipping|z loss|augmentation" },
    { FACT(13), "fine tuned from|finetuned from|fine tuned version of|finetuned version of|initialized from"
        "|initialised from|initialize the weights|base model for fine tuning|model finetuned for"
        "|model fine tuned for" },
    { FACT(14), "tokenized|tokenised|lowercased|resized|rescaled|byte pair encoding|wordpiece|sentencepiece"
        "|sentence piece|preprocessing steps|preprocessed" },
    { FACT(15), "parallelism|deepspeed|megatron|fsdp|gradient accumulation|data parallel" },
    { CUE_METRIC, "accuracy|acc|f1|macro f1|micro f1|f1 score|bleu|sacrebleu|rouge|rouge 1|rouge 2|rouge l|wer"
        "|cer|perplexity|ppl|ndcg|mrr|auc|auroc|exact match|mae|rmse|mse|iou|miou|dice|fid|mos|mean opinion score"
        "|mean absolute error|pass 1|spearman|pearson|mcc|word error rate|character error rate|error rate|tpr|fpr"
        "|psnr|ssim|win rate|elo|ap50|top 1|top 5|bpb|bpc|chrf|comet|validation loss|eval loss|token accuracy"
        "|average precision|sensitivity|specificity|genauigkeit|exactitude|exactitud|准确率|精确率|召回率|正确率" },
    { CUE_METRIC_MAYBE, "precision|recall|map|em|loss|ex|exact|r2" },
    { CUE_BENCH, "mmlu|mmlu pro|cmmlu|c eval|ceval|gaokao|gsm8k|hellaswag|winogrande|truthfulqa|humaneval|mbpp"
        "|bbh|gpqa|squad|squad v2|xquad|squadv2|glue|superglue|sst 2|mnli|qqp|qnli|cola|sts b|mrpc|rte|imagenet"
        "|imagenet 1k|cifar10|cifar100|cifar 10|coco|mscoco|librispeech|common voice|wikitext|wikitext2"
        "|wikitext103|lambada|conll|conll 2003|conll2003|mteb|beir|rewardbench|piqa|siqa|openbookqa|obqa|boolq"
        "|triviaqa|natural questions|quac|csqa|mt bench|alpacaeval|ifeval|longbench|flores|wmt|xnli|ag news|imdb"
        "|voxceleb|mnist|ms marco|toxicchat|arc challenge|arc easy|arc c|arc e|scidocs|spider|food101"
        "|jcommonsenseqa|mathvista|mmmu|docvqa|vqav2|textvqa|cyberseceval|swe bench|aime|livecodebench" },
    { CUE_TEST_SET, "test set|test sets|held out|evaluation set|eval set|dev set|validation set|development set"
        "|test split|validation split|test data|testing data|listening test|test queries|testmeldungen|eval data"
        "|not in the training data|not part of the training data" },
    { CUE_EVALUATED, "evaluate|evaluated|evaluation|evaluations|evaluating|benchmark|benchmarks|tested on|scores"
        "|results|reaches|reached|achieves|achieved|obtained|performance|assess" },
    { CUE_MEASURED, "we report|we use|is measured|measured by|measured as|we measure|scored by|computed as"
        "|is the percentage" },
    { CUE_QUALITY, "outperforms|outperform|state of the art performance|state of the art results|surpassing"
        "|surpasses|beats|outstanding performance|competitive results|leaderboard" },
    { CUE_DEVICE, "a100|a100s|h100|h100s|h200|v100|v100s|t4|p100|a10g|a10|a6000|l4|l40s|rtx|geforce|tpuv3|tpuv4"
        "|tpu v2|tpu v3|tpu v4|tpu v5e|tpu v5p|tpus v3|tpus v4|mi250|mi300|mi300x|gaudi|gaudi2|trainium"
        "|inferentia|raspberry pi|jetson|apple m1|apple m2|dgx|supercomputer|b200|k80" },
    { CUE_DEVICE_WEAK, "gpu|gpus|cpu|cpus|tpu|tpus|tpu chips|nvidia|vram" },
    { CUE_RUNS, "train|trained|training|trains|pretrained|finetuned|fine tuned|run|runs|running|requires|require"
        "|required|needs|need|inference|infrastructure|hardware|fit|fits|memory|supported with|compute" },
    { CUE_NO_GPU, "without any gpus|without a gpu|no gpu|no gpus|any cpu|on a cpu|cpu only" },
    { CUE_MEMORY, "ram|vram|ram required|memory required|max ram required|memory usage" },
    { CUE_ENERGY_UNIT, "kwh|mwh|gwh|co2|co2eq|co2e|tco2|tco2eq|tco2e|kgco2|kgco2eq|gco2eq|carbon dioxide" },
    { CUE_ENERGY, "carbon emissions|carbon footprint|carbon neutral|greenhouse gas|electricity|nuclear energy"
        "|renewable energy|energy consumption|energy used|co2 emissions" },
    { CUE_MANY_LANGUAGES, "multilingual|bilingual|multiple languages|many languages|languages" },
    { CUE_LANGUAGE_WORD, "language|languages|trained|pretrained|finetuned|data|speaks|speak|corpus|speech|text"
        "|texts|bilingual|bilingual english|supports|support|understands|reviews|corpora|messages|questions in"
        "|only" },
    { CUE_CONTACT, "contact|questions|feedback|open an issue|opening an issue|open a discussion|get in touch"
        "|reach out|reach us|raise an issue|created by|write to|email us|mail us|report bugs|reach me" },
    { CUE_PAPER, "this paper|the paper|our paper|introduced in|presented in|technical report|tech report|preprint" },
    { CUE_MAINTAINED, "no longer maintained|not maintained|unmaintained|is deprecated|has been deprecated"
        "|superseded by|not receive updates|actively maintained|static model|future versions|be updated every"
        "|updated regularly|we retrain|updates are released|end of life|is retired|no longer supported"
        "|is archived|maintained by|we plan to update" },
    { CUE_POINTER, "see|refer to|please refer|we refer to|can be found|described|details|check out|visit"
        "|more details|more information|for results|read more|documented|available at|consult" },
    { CUE_NONE, "none|no known|none known|unknown|not known|no evaluation was done|not been evaluated"
        "|not evaluated|no information|not available|not applicable|no data|aucune information|aucun|aucune|keine"
        "|keine angaben|keine bekannt|ninguno|ninguna|sin información|无|暂无|没有|not yet known" },
    { CUE_NO_LIMITS, "no limitations|no known limitations|no limits|without limitations|no known biases"
        "|no known bias|no bias" },
    { CUE_LEFT_OVER, "more information needed|to be added|coming soon|work in progress|to be done|to do|tbd|tba"
        "|todo|n a|na|wip|forthcoming|in progress|to be announced|to be completed|to be determined|fill in|待补充" },
    { CUE_BOILERPLATE, "should be made aware of the risks biases and limitations of the model"
        "|more information needed for further recommendations"
        "|carbon emissions can be estimated using the machine learning impact"
        "|use the code below to get started with the model|this section addresses|this section describes"
        "|this section identifies|this section provides|this section lists"
        "|language governing permissions and limitations|proofread and complete it" },
    { CUE_DATASET_COLUMN, "dataset|datasets|benchmark|benchmarks|test set|task|eval set|data|datensatz"
        "|jeu de données|conjunto|评测集|数据集|基准" },
    { CUE_REFER, "refer to|please refer|we refer to" },
    { CUE_VERB, "classifies|predicts|detects|generates|translates|summarizes|summarises|completes|transcribes"
        "|recognizes|recognises|identifies|extracts|segments|counts|finds|reads|marks|sorts|rewrites|answers"
        "|suggests|estimates|forecasts|tags|writes|maps sentences|turns|converts|guesses" },
    { CUE_DATE_COLUMN, "release date|released|date" },
    { 0, NULL },
};

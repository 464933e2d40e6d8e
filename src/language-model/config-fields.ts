import { type FieldRule, type FieldTable, fieldsUnder, obeyed, unused } from "../formats/field-table.ts";

const sameAs = (name: string): FieldRule => ({ effect: "obeyed", why: `another name of ${name}`, sameAs: name });

/**
 * Every field of a GPT-2's `config.json` that transformers defines (GPT2Config and PreTrainedConfig of versions 4.57 and
 * 5.18, and older names that are still met), and what becomes of it.
 */
export const gpt2ConfigFields: FieldTable = {
  model_type: obeyed('must be "gpt2"'),
  vocab_size: obeyed("number of token embeddings"),
  n_positions: obeyed("number of position embeddings: the longest context"),
  n_embd: obeyed("length of a hidden state"),
  n_layer: obeyed("number of layers after the embedding"),
  n_head: obeyed("number of attention heads of a layer"),
  n_inner: obeyed("length of the hidden part of a layer's feed-forward network; null is 4 n_embd"),
  activation_function: obeyed("nonlinearity of a layer's feed-forward network"),
  layer_norm_epsilon: obeyed("added to the variance in a layer normalisation"),
  scale_attn_weights: obeyed("whether attention scores are divided by the square root of a head's width"),
  scale_attn_by_inverse_layer_idx: obeyed("whether attention scores of layer k are divided by k"),
  initializer_range: obeyed("standard deviation of random weights (the control)"),
  hidden_size: sameAs("n_embd"),
  max_position_embeddings: sameAs("n_positions"),
  num_attention_heads: sameAs("n_head"),
  num_hidden_layers: sameAs("n_layer"),

  add_cross_attention: { effect: "refused", unless: [false], why: "a decoder without an encoder is computed" },
  pruned_heads: { effect: "refused", unless: [null, {}], why: "all heads are computed" },
  quantization_config: { effect: "refused", unless: [null], why: "weights must be numbers of floating point" },
  is_encoder_decoder: { effect: "refused", unless: [false], why: "a decoder without an encoder is computed" },

  auto_map: {
    effect: "told",
    unless: [null, {}],
    why: "the model comes with code of its own, which is not run: GPT-2 is computed as transformers does without it",
  },
  tokenizer_class: {
    effect: "told",
    unless: [null, "GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"],
    why: "tokens are made as GPT2Tokenizer makes them",
  },

  reorder_and_upcast_attn: unused("the same in single precision, in which all is computed"),
  ...fieldsUnder(unused("dropout acts in training only"), "resid_pdrop embd_pdrop attn_pdrop"),
  ...fieldsUnder(
    unused("weights are read in the precision that they are stored in and computed with in single"),
    "dtype torch_dtype use_bfloat16",
  ),
  ...fieldsUnder(
    unused("concerns an output head, on which no hidden state depends"),
    `
      tie_word_embeddings summary_type summary_use_proj summary_activation summary_proj_to_labels
      summary_first_dropout id2label label2id num_labels _num_labels problem_type finetuning_task
      task_specific_params
    `,
  ),
  ...fieldsUnder(
    unused("chooses what transformers returns, not its numbers"),
    "output_hidden_states output_attentions return_dict torchscript use_return_dict",
  ),
  ...fieldsUnder(
    unused("chooses how it is computed, not what"),
    `
      chunk_size_feed_forward use_cache attn_implementation _attn_implementation _attn_implementation_autoset
      experts_implementation _experts_implementation gradient_checkpointing tf_legacy_loss model_parallel device_map
    `,
  ),
  ...fieldsUnder(
    unused("GPT-2 is a decoder without an encoder"),
    "is_decoder cross_attention_hidden_size tie_encoder_decoder decoder_start_token_id",
  ),
  ...fieldsUnder(
    unused("no token is added at either end of what is read, and nothing is padded"),
    "bos_token_id eos_token_id pad_token_id sep_token_id unk_token_id prefix",
  ),
  ...fieldsUnder(
    unused("tells where the file is from"),
    "_name_or_path name_or_path transformers_version architectures _commit_hash",
  ),
  n_ctx: unused("an older name for the size of the attention mask, which transformers no longer reads"),
  ...fieldsUnder(
    unused("concerns generating text, which is not done"),
    `
      bad_words_ids begin_suppress_tokens diversity_penalty do_sample early_stopping encoder_no_repeat_ngram_size
      exponential_decay_length_penalty forced_bos_token_id forced_eos_token_id length_penalty max_length min_length
      no_repeat_ngram_size num_beam_groups num_beams num_return_sequences output_scores remove_invalid_values
      repetition_penalty return_dict_in_generate suppress_tokens temperature top_k top_p typical_p
    `,
  ),
};

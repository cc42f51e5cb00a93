"""What lies beside weights: configurations of adapters, recipes of merges, the headers of GGUF and safetensors."""

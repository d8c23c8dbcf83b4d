"""A server that speaks OpenAI's API (speaches, vLLM, LocalAI …) as a recogniser."""

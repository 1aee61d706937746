"""A network as a scikit-learn classifier of images."""

# Plain PyTorch, not skorch: early stopping must follow the patients that `fit` is given, images
# stay 8-bit until their batch is shown and are augmented a batch at a time on the device, and a
# step may cost little more than a bare loop; in skorch each of these means replacing its data
# set, loader, split or step, and what is left of it (get_params, clone) is BaseEstimator.

from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from imgpipe._common import InputError, StoppedFit
from imgpipe.learn.networks import gradcam
from imgpipe.learn.networks.fitting import preparation, training
from imgpipe.learn.networks.fitting.optimise import check_recipe
from imgpipe.learn.networks.fitting.samples import divide, held_out, labelled, sizes_message
from imgpipe.learn.networks.fitting.tensors import to_tensor
from imgpipe.learn.networks.fitting.threads import choose_device, limited_threads
from imgpipe.learn.networks.layers import filters
from imgpipe.learn.networks.settings import Settings


class ConvNetClassifier(ClassifierMixin, Settings):
    """Convolutional network that takes images and gives probabilities.

    Pixels of any integer or float type are standardised by the training part's mean and deviation,
    channel by channel. Training stops early on the validation part that `fit` is given, else on a
    stratified share of the training part that divides no patient, and the weights of the best
    epoch are kept. All images are held in memory, 8-bit ones as they are.

    Parameters
    ----------
    network : str
        A name of `imgpipe.learn.networks.NETWORKS`.
    channel_axis : int, optional
        Axis of the colour channels in one image (-1 where they are last); None for gray.
    filters : tuple of int, optional
        Maps of each convolution; None for the network's own.
    kernel_size : int, optional
        Side of the convolutions in pixels, odd; None for 3.
    dense : int, optional
        Units of the hidden dense layer; None for the network's own.
    pooling : {"max", "average"}
        What the 2x2 poolings take.
    activation : {"relu", "tanh", "sigmoid"}
        Of convolutions and the hidden dense layer.
    dropout : float
        Share of units left out before the last layer, in training.
    batch_norm : bool
        Normalise each batch behind every convolution.
    first_layer : {"random", "filters"}
        Where the first convolution starts: torch's random weights, or Gaussian, Sobel and
        Laplacian filters (see `filter_bank`).
    weights : path-like, optional
        State-dict file of a pretrained VGG16 in torchvision's layout; None trains from scratch.
    weights_sha256 : str, optional
        Hash of that file, 8 or more digits; None takes the digits in its name.
    frozen : bool
        Leave pretrained convolutions as they are and train the head only.
    augment : Augmentation or None
        Random changes of training images; ``"default"`` is ``Augmentation()``.
    optimizer : {"adam", "sgd"}
    learning_rate : float
    momentum : float
        Of SGD.
    schedule : {"constant", "step", "exponential", "cosine", "plateau"}
        How the learning rate falls, epoch by epoch.
    schedule_every : int
        Epochs between steps; for ``"plateau"``, epochs without progress.
    schedule_factor : float
        What step, exponential and plateau multiply the rate with.
    l1, l2 : float
        Penalties: `l1` times the sum of absolute weights, `l2` half times that of squares.
    class_weight : "balanced", dict or None
        As in scikit-learn.
    batch_size, epochs : int
    patience : int or None
        Epochs without a better validation score before training stops; None trains all epochs on
        all samples (a given validation part still chooses the best epoch).
    monitor : {"loss", "auc"}
        The validation score.
    validation_fraction : float
        Share of samples held back where `fit` is given no validation part.
    budget_seconds : float, optional
        CPU seconds after which training stops, the best weights kept.
    checkpoint : path-like, optional
        File that is written after each epoch; a `fit` with the same data and settings resumes.
    device : str
        ``"auto"``: CUDA if there is one (then with bfloat16 where it can), else the CPU.
    random_state : int, RandomState or None
        Of weights, order, dropout, augmentation and inner split; on a CPU the same seed and
        number of threads give the same network.
    n_jobs : int, optional
        Threads on a CPU; None means 1, -1 all. Never more than torch or joblib were told.

    Attributes
    ----------
    classes_ : ndarray
        The labels seen.
    network_ : torch.nn.Module
        Raw pixels (n, c, h, w) to logits.
    history_ : list of dict
        For each epoch: loss, learning_rate, and the validation's loss, AUC and accuracy.
    best_epoch_ : int
        The epoch whose weights were kept, from 1.
    stopped_ : str
        ``"epochs"``, ``"patience"``, ``"budget"`` or ``"interrupt"``.
    n_parameters_ : int
    first_filters_ : ndarray, shape (f, c, k, k)
        The first convolution before training.
    learned_filters_ : ndarray, shape (f, c, k, k)
        The first convolution after training, to set beside it.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn.networks import ConvNetClassifier
    >>> rng = np.random.default_rng(0)
    >>> images = rng.integers(0, 100, (40, 8, 8)).astype(np.uint8)
    >>> labels = np.repeat(["dark", "bright"], 20)
    >>> images[labels == "bright"] += 100
    >>> model = ConvNetClassifier(epochs=5, patience=None, random_state=0).fit(images, labels)
    >>> model.predict(images[[0, -1]]).tolist()
    ['dark', 'bright']
    """

    # a pipeline or a search hands these on without a call of set_fit_request
    __metadata_request__fit = {"groups": True, "validation": True}  # noqa: RUF012

    def fit(
        self, X: Any, y: Any, *, groups: Any = None, validation: Any = None
    ) -> "ConvNetClassifier":
        """Train the network.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            Images of one size.
        y : array-like, shape (n,)
            Labels, strings or integers.
        groups : array-like, shape (n,), optional
            Patient of each sample; none is divided by the inner split.
        validation : pair of images and labels, optional
            For early stopping; never trained on.

        Returns
        -------
        self

        Raises
        ------
        InputError
            For images or settings that do not fit, a class with one sample (or patient), weights
            of another layout or hash, or too little memory.
        KeyboardInterrupt
            On an interrupt. Once an epoch is over, the best weights so far are in place before:
            the estimator is fitted.
        """
        check_recipe(self)
        augment = preparation.augmentation(self.augment)
        device = choose_device(self.device)
        everything, classes = labelled(X, y, self.channel_axis)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        if validation is not None:
            chosen, held = everything, held_out(validation, everything, classes, self.channel_axis)
        elif self.patience is None:
            chosen, held = everything, None
        else:
            chosen, held = divide(everything, groups, self.validation_fraction, seed)
        with (
            preparation.seeded(seed, device),
            limited_threads(self.n_jobs),
            preparation.enough_memory(self.batch_size),
        ):
            network = preparation.build_network(self, chosen.images, len(classes))
            first = filters.first_convolution(network).weight.detach().numpy().copy()
            mark = ""
            if self.checkpoint is not None:
                mark = preparation.fingerprint(self, chosen, held)
            outcome = training.train(
                network,
                chosen,
                held,
                self,
                class_weights=preparation.class_weights(self.class_weight, classes, chosen.codes),
                augment=augment,
                device=device,
                seed=seed,
                path=None if self.checkpoint is None else Path(self.checkpoint),
                fingerprint=mark,
            )
        self.classes_ = classes
        self.network_ = network
        self.image_shape_ = tuple(everything.images.shape[1:])
        self.history_ = outcome.history
        self.best_epoch_ = outcome.best_epoch
        self.stopped_ = outcome.stopped
        self.n_parameters_ = sum(p.numel() for p in network.parameters())
        self.first_filters_ = first
        self.learned_filters_ = (
            filters.first_convolution(network).weight.detach().float().cpu().numpy().copy()
        )
        if outcome.stopped == "interrupt":
            raise StoppedFit("training was stopped; the best weights so far are kept", self)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            Images of the size trained on.

        Returns
        -------
        ndarray of float64, shape (n, k)
            Columns in the order of `classes_`; rows sum to 1.

        Raises
        ------
        InputError
            For images of another size, or with NaN.
        """
        images = self._fitted_images(X)
        with limited_threads(self.n_jobs), preparation.enough_memory(self.batch_size):
            logits = training.predict_logits(self.network_, images, 4 * self.batch_size)
            return logits.double().softmax(dim=1).cpu().numpy()

    def predict(self, X: Any) -> np.ndarray:
        """Most probable class.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            Images of the size trained on.

        Returns
        -------
        ndarray, shape (n,)
        """
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]

    def grad_cam(self, X: Any, targets: Any = None) -> np.ndarray:
        """Where the network found its evidence: see `imgpipe.learn.networks.grad_cam`.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            Images of the size trained on.
        targets : array-like of labels, shape (n,), optional
            The class to explain in each image; None for the predicted one.

        Returns
        -------
        ndarray of float32, shape (n, h, w)
            From 0 to 1 within each image.
        """
        return gradcam.grad_cam(self, X, targets)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the GPU, so that the file opens on machines without one."""
        state = super().__getstate__()
        if "network_" in state:
            state["network_"].to("cpu")
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.non_deterministic = False
        return tags

    def _fitted_images(self, X: Any) -> torch.Tensor:
        """Images to predict, of the size that was trained on."""
        check_is_fitted(self)
        images = to_tensor(X, self.channel_axis)
        if tuple(images.shape[1:]) != self.image_shape_:
            raise InputError(sizes_message("X", images.shape[1:], self.image_shape_))
        self.network_.to(choose_device(self.device))
        return images
